import { z } from 'zod';

import { defineEvent } from './contract.js';

const postReference = z.object({ postId: z.string(), authorId: z.uuid() });

/** Published by content when a post goes from draft to published. */
export const postPublished = defineEvent(
  'posts.published',
  postReference.extend({
    title: z.string(),
    tags: z.array(z.string()),
    publishedAt: z.iso.datetime(),
  }),
);

/** Published by content when a person likes a post for the first time. */
export const postLiked = defineEvent(
  'posts.liked',
  postReference.extend({ accountId: z.uuid(), likedAt: z.iso.datetime() }),
);

/**
 * Published by content when a published post was read. `visitor` tells readers apart without
 * naming them: the account of a signed-in reader, a keyed hash for anybody else.
 */
export const postViewed = defineEvent(
  'posts.viewed',
  postReference.extend({ visitor: z.string(), viewedAt: z.iso.datetime() }),
);

/** Published by content when a post that was published is gone for good, with what was written below it. */
export const postRemoved = defineEvent('posts.removed', postReference);
