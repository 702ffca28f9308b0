import { text } from '@trilith/service';
import { z } from 'zod';

import { avatarUrl, displayName, email, username } from '../../accounts/dto/account-fields.js';
import { isUsablePasswordHash } from './password-hash.js';

/** What a row takes. */
export const COLUMNS = {
  required: ['email', 'username', 'displayName'],
  optional: ['avatarUrl', 'bio', 'role', 'passwordHash'],
} as const;

/** A row of an import. What is left out, or null, is as after signing up. */
export const importedAccount = z.strictObject({
  email,
  username,
  displayName,
  avatarUrl: avatarUrl.nullish(),
  bio: text({ max: 500, trim: true }).nullish(),
  role: z.enum(['member', 'admin']).nullish(),
  passwordHash: z
    .string()
    .max(255)
    .refine(isUsablePasswordHash, 'must be an argon2id hash in PHC form, within its bounds')
    .nullish(),
});
export type ImportedAccount = z.output<typeof importedAccount>;
