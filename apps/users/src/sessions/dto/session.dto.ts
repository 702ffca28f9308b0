import { text } from '@trilith/service';
import { z } from 'zod';

/** What a person gives to sign in. */
export const signIn = z.strictObject({
  login: text({ min: 1, max: 254, trim: true })
    .toLowerCase()
    .describe('The e-mail address or the username; case does not matter.'),
  password: text({ min: 1, max: 128 }),
});
export type SignIn = z.output<typeof signIn>;

/** An access token (RFC 6750) and whose it is. */
export const session = z.object({
  accessToken: z.string().describe('Goes into the header `Authorization: Bearer …`.'),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().positive().describe('Seconds.'),
  accountId: z.uuid(),
});
export type Session = z.output<typeof session>;
