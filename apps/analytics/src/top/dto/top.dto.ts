import { wholeNumber } from '@trilith/service';
import { z } from 'zod';

/** What `GET /v1/top` takes. */
export const topQuery = z.strictObject({
  dimension: z.enum(['page', 'type', 'country', 'device']).prefault('page'),
  day: z.iso.date().optional().describe('In UTC; up to 40 days ago. Default: today.'),
  limit: wholeNumber({ min: 1, max: 100 }).prefault(10),
});
export type TopQuery = z.output<typeof topQuery>;

/** What it answers. */
export const top = z
  .object({
    dimension: z.string(),
    day: z.iso.date(),
    items: z.array(
      z.object({
        value: z.string(),
        count: z.int().describe('How often, or up to `error` less.'),
        error: z.int().describe('0 where the count is exact.'),
      }),
    ),
  })
  .meta({ id: 'Top' });
export type Top = z.output<typeof top>;
