import { z } from 'zod';

import { defineEvent } from './contract.js';

/** Published by content when a comment was written. */
export const commentCreated = defineEvent(
  'comments.created',
  z.object({
    commentId: z.string(),
    postId: z.string(),
    postAuthorId: z.uuid(),
    authorId: z.uuid(),
    createdAt: z.iso.datetime(),
  }),
);
