import { z } from 'zod';

import { defineRequest } from './contract.js';

/** What content has of an account. */
export const contentKinds = ['posts', 'comments', 'likes'] as const;
export type ContentKind = (typeof contentKinds)[number];

/**
 * Asks content for what an account wrote or did, page by page in the order of the ids: for the account's
 * owner, who sees drafts, too.
 */
export const exportContent = defineRequest('contents.export', {
  payload: z.object({
    accountId: z.uuid(),
    kind: z.enum(contentKinds),
    /** The last id of the page before; null for the first page. */
    after: z.uuid().nullable(),
  }),
  reply: z.object({
    items: z.array(z.record(z.string(), z.json())),
    /** What to ask for the next page with; null on the last. */
    next: z.uuid().nullable(),
  }),
});
