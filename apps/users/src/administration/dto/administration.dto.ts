import { text } from '@trilith/service';
import { z } from 'zod';

import { pageQuery, pageResponse } from '../../paging/page.js';
import type { ListedAccount } from '../admin-accounts.repository.js';

/** Which accounts an admin wants to see. */
export const accountsQuery = pageQuery.extend({
  q: text({ min: 3, max: 254, trim: true })
    .toLowerCase()
    .optional()
    .describe('An e-mail address, or how a username begins.'),
  state: z
    .enum(['locked', 'deactivated', 'admin'])
    .optional()
    .describe('Only those that are locked, were closed by their owners, or are admins.'),
});
export type AccountsQuery = z.output<typeof accountsQuery>;

const moment = z.iso.datetime().nullable();

/** An account as admins see it. */
export const administeredAccount = z.object({
  id: z.uuid(),
  email: z.email(),
  username: z.string(),
  displayName: z.string(),
  role: z.enum(['member', 'admin']),
  emailVerifiedAt: moment,
  createdAt: z.iso.datetime(),
  lastSignedInAt: moment,
  deactivatedAt: moment,
  lock: z
    .object({
      reason: z.enum(['guessing', 'admin']),
      until: moment.describe('Null for a lock without an end.'),
    })
    .nullable(),
});
export type AdministeredAccount = z.output<typeof administeredAccount>;

export const administeredAccounts = pageResponse(administeredAccount);
export type AdministeredAccounts = z.output<typeof administeredAccounts>;

/** How long an account is to be locked. */
export const lockRequest = z.strictObject({
  until: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .optional()
    .describe('When the lock ends by itself; never, if it is left out.'),
});
export type LockRequest = z.output<typeof lockRequest>;

/** What an account may do. */
export const roleChange = z.strictObject({ role: z.enum(['member', 'admin']) });
export type RoleChange = z.output<typeof roleChange>;

export function toAdministeredAccount(account: ListedAccount): AdministeredAccount {
  const { lockReason, lockedUntil, ...rest } = account;
  const text = (date: Date | null) => date?.toISOString() ?? null;
  // A lock that is over by itself is none, though nobody has taken it away.
  const isLocked = lockReason !== null && (lockedUntil === null || lockedUntil > new Date());
  return {
    id: rest.id,
    email: rest.email,
    username: rest.username,
    displayName: rest.displayName,
    role: rest.role,
    emailVerifiedAt: text(rest.emailVerifiedAt),
    createdAt: rest.createdAt.toISOString(),
    lastSignedInAt: text(rest.lastSignedInAt),
    deactivatedAt: text(rest.deactivatedAt),
    lock: isLocked ? { reason: lockReason, until: text(lockedUntil) } : null,
  };
}
