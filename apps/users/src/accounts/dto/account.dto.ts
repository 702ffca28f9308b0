import { z } from 'zod';

import type { Account } from '../account.entity.js';

/** What an account shows to everybody. */
export const accountView = z.object({
  id: z.uuid(),
  username: z.string(),
  displayName: z.string(),
  bio: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  version: z.int().positive().describe('Rises with each change of this view.'),
  createdAt: z.iso.datetime(),
});
export type AccountView = z.output<typeof accountView>;

/** What an account shows to its owner alone. */
export const ownAccountView = accountView.extend({
  email: z.email(),
  emailVerified: z.boolean().describe('Whether it was confirmed by a code that was sent to it.'),
  updatedAt: z.iso.datetime(),
});
export type OwnAccountView = z.output<typeof ownAccountView>;

/** Field by field, so that a column added later shows nowhere by accident. */
export function toAccountView({ id, username, version, createdAt, profile }: Account): AccountView {
  const { displayName, bio, avatarUrl } = profile;
  return { id, username, displayName, bio, avatarUrl, version, createdAt: createdAt.toISOString() };
}

export function toOwnAccountView(account: Account): OwnAccountView {
  const { email, updatedAt } = account;
  // Of an account that was just stored it is not there yet.
  const emailVerified = (account.emailVerifiedAt ?? null) !== null;
  return { ...toAccountView(account), email, emailVerified, updatedAt: updatedAt.toISOString() };
}
