import { text } from '@trilith/service';
import { z } from 'zod';

/** A new comment on a post. */
export const createCommentRequest = z
  .strictObject({ text: text({ min: 1, max: 2_000, visible: true }) })
  .meta({ id: 'CreateComment' });
export type CreateCommentRequest = z.output<typeof createCommentRequest>;
