import { wholeNumber } from '@trilith/service';
import { z } from 'zod';

import { boardSpans } from '../leaderboard.options.js';

const span = z
  .enum(boardSpans)
  .prefault('all')
  .describe(
    'What counts: points since the beginning, of this hour, day or week (UTC, from Monday), or ' +
      '`trending`: of which half is left after a day.',
  );

/** What a board takes. */
export const leaderboardQuery = z.strictObject({
  window: span,
  limit: wholeNumber({ min: 1, max: 100 }).prefault(10).describe('How many to show at most.'),
  offset: wholeNumber({ min: 0, max: 10_000 }).prefault(0).describe('How many to leave out first.'),
});
export type LeaderboardQuery = z.output<typeof leaderboardQuery>;

/** What one place on a board takes. */
export const placeQuery = z.strictObject({ window: span });
export type PlaceQuery = z.output<typeof placeQuery>;

/** What the places around one take. */
export const neighboursQuery = z.strictObject({
  window: span,
  reach: wholeNumber({ min: 1, max: 50 }).prefault(3).describe('How many on either side.'),
});
export type NeighboursQuery = z.output<typeof neighboursQuery>;

const points = {
  score: z
    .number()
    .describe('views + 3 × likes + 5 × comments in that window; of `trending`, what is left.'),
  views: z.int().describe('Since the beginning, as are likes and comments.'),
  likes: z.int(),
  comments: z.int(),
};

/** A post's place on the board. */
export const rankedPost = z
  .object({
    rank: z.int().min(1),
    postId: z.string(),
    title: z.string().nullable().describe('Null for the moment until the post itself is known.'),
    ...points,
  })
  .meta({ id: 'RankedPost' });
export type RankedPost = z.output<typeof rankedPost>;

/** The best first, none of them without a point. */
export const rankedPosts = z.object({ items: z.array(rankedPost) }).meta({ id: 'RankedPosts' });
export type RankedPosts = z.output<typeof rankedPosts>;

/** An author's place on the board. */
export const rankedAuthor = z
  .object({
    rank: z.int().min(1),
    accountId: z.string(),
    name: z.string().nullable().describe('Null where it is not known.'),
    ...points,
  })
  .meta({ id: 'RankedAuthor' });
export type RankedAuthor = z.output<typeof rankedAuthor>;

/** The best first, none of them without a point. */
export const rankedAuthors = z
  .object({ items: z.array(rankedAuthor) })
  .meta({ id: 'RankedAuthors' });
export type RankedAuthors = z.output<typeof rankedAuthors>;
