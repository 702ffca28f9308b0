import { z } from 'zod';

import {
  authorResponse,
  toAuthorResponse,
  type Authors,
} from '../../authors/dto/author.response.js';
import type { Comment } from '../comment.schema.js';

/** A comment as readers see it. Its text is as written: show it as text, never as HTML. */
export const commentResponse = z
  .object({
    id: z.uuid(),
    author: authorResponse,
    text: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Comment' });
export type CommentResponse = z.output<typeof commentResponse>;

export function toCommentResponse(
  { _id, authorId, text, createdAt }: Omit<Comment, 'postId'>,
  authors: Authors,
): CommentResponse {
  return {
    id: _id,
    author: toAuthorResponse(authorId, authors),
    text,
    createdAt: createdAt.toISOString(),
  };
}
