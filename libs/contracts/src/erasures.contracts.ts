import { z } from 'zod';

import { defineEvent } from './contract.js';

/**
 * Published by users when a person wants to be forgotten, and again until every service has said that it
 * has done so: whoever hears it erases what it has of the account, as often as it hears it.
 */
export const accountErased = defineEvent(
  'accounts.erased',
  z.object({ erasureId: z.uuid(), accountId: z.uuid() }),
);

/** Published by a service when nothing of an account is left in it. */
export const erasureConfirmed = defineEvent(
  'erasures.confirmed',
  z.object({ erasureId: z.uuid(), accountId: z.uuid(), service: z.enum(['content', 'analytics']) }),
);
