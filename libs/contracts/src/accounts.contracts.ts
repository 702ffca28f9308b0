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

/** Asks users for an account. Refused with the code `account_not_found`. */
export const getAccount = defineRequest('accounts.get', {
  payload: z.object({ accountId: z.uuid() }),
  reply: publicAccount,
});
