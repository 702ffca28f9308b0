import { text } from '@trilith/service';
import { z } from 'zod';

import type { ListedSession } from '../sessions.repository.js';

/** What a person gives to sign in. */
export const signIn = z.strictObject({
  login: text({ min: 1, max: 254, trim: true })
    .toLowerCase()
    .describe('The e-mail address or the username; case does not matter.'),
  password: text({ min: 1, max: 128 }),
  code: text({ min: 6, max: 40 })
    .optional()
    .describe('For an account with a second factor: the code it shows, or a recovery code.'),
});
export type SignIn = z.output<typeof signIn>;

/** What a client gives to go on being signed in. */
export const refreshing = z.strictObject({
  refreshToken: text({ min: 1, max: 200 }).describe('The last one that the session got.'),
});
export type Refreshing = z.output<typeof refreshing>;

/** An access token (RFC 6750), what gets the next one, and whose they are. */
export const session = z.object({
  accessToken: z.string().describe('Goes into the header `Authorization: Bearer …`.'),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().positive().describe('Seconds that the access token is good.'),
  refreshToken: z
    .string()
    .describe('Good once: each refresh gives another. Using one again ends the session.'),
  refreshExpiresIn: z
    .int()
    .positive()
    .describe('Seconds that the session lives on without a refresh.'),
  sessionId: z.uuid(),
  accountId: z.uuid(),
});
export type Session = z.output<typeof session>;

/** Where an account is signed in. */
export const sessionList = z.object({
  items: z.array(
    z.object({
      id: z.uuid(),
      device: z.string().describe('What the client calls itself (`User-Agent`); may be empty.'),
      address: z.string().describe('Where it was seen last.'),
      createdAt: z.iso.datetime(),
      lastSeenAt: z.iso.datetime().describe('When it was begun or refreshed last.'),
      expiresAt: z.iso.datetime().describe('When it ends unless it is refreshed.'),
      isCurrent: z.boolean().describe('The session of the access token that asks.'),
    }),
  ),
});
export type SessionList = z.output<typeof sessionList>;

export function toSessionList(sessions: readonly ListedSession[], current?: string): SessionList {
  return {
    items: sessions.map(({ createdAt, lastSeenAt, expiresAt, ...session }) => ({
      ...session,
      createdAt: createdAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      isCurrent: session.id === current,
    })),
  };
}
