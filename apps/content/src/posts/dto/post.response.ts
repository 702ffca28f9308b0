import { z } from 'zod';

import {
  authorResponse,
  toAuthorResponse,
  type Authors,
} from '../../authors/dto/author.response.js';
import { commentResponse, toCommentResponse } from '../../comments/dto/comment.response.js';
import { postStatuses, type Post } from '../post.schema.js';
import type { PostSummary } from '../posts.repository.js';

const count = z.int().min(0);

/** A post in a list. */
export const postSummaryResponse = z
  .object({
    id: z.uuid(),
    author: authorResponse,
    title: z.string(),
    tags: z.array(z.string()),
    status: z.enum(postStatuses),
    metadata: z.object({ viewCount: count, likeCount: count, commentCount: count }),
    publishedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'PostSummary' });
export type PostSummaryResponse = z.output<typeof postSummaryResponse>;

/** A post on its own page. Its texts are as written: show them as text, never as HTML. */
export const postResponse = postSummaryResponse
  .extend({
    content: z.string(),
    recentComments: z.array(commentResponse).max(10),
  })
  .meta({ id: 'Post' });
export type PostResponse = z.output<typeof postResponse>;

export function toPostSummaryResponse(post: PostSummary, authors: Authors): PostSummaryResponse {
  return {
    id: post._id,
    author: toAuthorResponse(post.authorId, authors),
    title: post.title,
    tags: post.tags,
    status: post.status,
    metadata: post.metadata,
    publishedAt: post.publishedAt?.toISOString() ?? null,
    createdAt: post.createdAt.toISOString(),
    updatedAt: post.updatedAt.toISOString(),
  };
}

export function toPostResponse(post: Post, authors: Authors): PostResponse {
  return {
    ...toPostSummaryResponse(post, authors),
    content: post.content,
    recentComments: post.recentComments.map(({ commentId, ...comment }) =>
      toCommentResponse({ _id: commentId, ...comment }, authors),
    ),
  };
}
