import { z } from 'zod';

/** `GET /v1/overview` takes nothing. */
export const overviewQuery = z.strictObject({});
export type OverviewQuery = z.output<typeof overviewQuery>;

/** What it answers. */
export const overviewSchema = z
  .object({
    accounts: z.int().describe('People who signed up.'),
    posts: z.int().describe('Posts that were published.'),
    comments: z.int(),
    likes: z.int(),
    views: z.int(),
    uniqueVisitorsToday: z.int().describe('How many people came since midnight UTC, each once.'),
    uniqueVisitorsStandardError: z
      .number()
      .describe('Of uniqueVisitorsToday, as a fraction: 0 while it is exact, as all else is.'),
    asOf: z.iso.datetime().describe('When these figures were read.'),
  })
  .meta({ id: 'Overview' });
export type Overview = z.output<typeof overviewSchema>;
