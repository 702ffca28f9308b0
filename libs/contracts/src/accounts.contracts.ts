import { z } from 'zod';

import { defineEvent, defineRequest } from './contract.js';

/** How an account likes to be served. Open, for a newer publisher may know more. */
const accountPreferences = z.object({
  theme: z.string().optional(),
  language: z.string().optional(),
  notifications: z.record(z.string(), z.boolean()).optional(),
});

/**
 * What other services know of an account. All of it is for everybody, but for the preferences. `version` rises with each change, so that a consumer can
 * tell an old copy from a new one whatever order they arrive in.
 */
export const publicAccount = z.object({
  accountId: z.uuid(),
  username: z.string(),
  displayName: z.string(),
  avatarUrl: z.string().nullable(),
  /** Not from publishers of before. */
  preferences: accountPreferences.optional(),
  version: z.int().positive(),
});
export type PublicAccount = z.output<typeof publicAccount>;

/** Published by users when a person has signed up. */
export const accountCreated = defineEvent(
  'accounts.created',
  publicAccount.extend({ createdAt: z.iso.datetime() }),
);

/** Published by users when what an account shows has changed. */
export const accountUpdated = defineEvent(
  'accounts.updated',
  publicAccount.extend({ updatedAt: z.iso.datetime() }),
);

/**
 * Published by users when an account has been locked, or its lock has changed. `securityVersion` rises
 * with each lock and each unlocking: one that is not above the last one heard of is old.
 */
export const accountLocked = defineEvent(
  'accounts.locked',
  publicAccount.extend({
    /** Too many wrong passwords, or the will of an admin. */
    reason: z.enum(['guessing', 'admin']),
    /** When the lock ends by itself; null for one without an end. */
    lockedUntil: z.iso.datetime().nullable(),
    failedLoginAttempts: z.int().min(0),
    securityVersion: z.int().positive(),
    lockedAt: z.iso.datetime(),
  }),
);

/**
 * Published by users when a lock has ended, by itself, too. One below the last `securityVersion` heard of
 * is old; one that is equal to it says that this lock ended by itself.
 */
export const accountUnlocked = defineEvent(
  'accounts.unlocked',
  publicAccount.extend({ securityVersion: z.int().positive() }),
);

/** Asks users for an account. Refused with the code `account_not_found`. */
export const getAccount = defineRequest('accounts.get', {
  payload: z.object({ accountId: z.uuid() }),
  reply: publicAccount,
});
