import { z } from 'zod';

/** Whether the caller likes a post, and how many do. */
export const likeResponse = z
  .object({ postId: z.uuid(), liked: z.boolean(), likeCount: z.int().min(0) })
  .meta({ id: 'Like' });
export type LikeResponse = z.output<typeof likeResponse>;
