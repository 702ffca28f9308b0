import { wholeNumber } from '@trilith/service';
import { z } from 'zod';

/** What `GET /v1/leaderboards/posts` takes. */
export const postLeaderboardQuery = z.strictObject({
  limit: wholeNumber({ min: 1, max: 100 }).prefault(10).describe('How many posts to show at most.'),
});
export type PostLeaderboardQuery = z.output<typeof postLeaderboardQuery>;

/** A post's place on the board. */
export const rankedPost = z
  .object({
    rank: z.int().min(1),
    postId: z.string(),
    title: z.string().nullable().describe('Null for the moment until the post itself is known.'),
    score: z.int().describe('views + 3 × likes + 5 × comments'),
    views: z.int(),
    likes: z.int(),
    comments: z.int(),
  })
  .meta({ id: 'RankedPost' });
export type RankedPost = z.output<typeof rankedPost>;

/** What it answers: the best first, none of them without a point. */
export const rankedPosts = z.object({ items: z.array(rankedPost) }).meta({ id: 'RankedPosts' });
export type RankedPosts = z.output<typeof rankedPosts>;
