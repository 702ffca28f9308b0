import { z } from 'zod';

import { moment } from '../../queries/query-fields.js';
import { dimensions } from '../event-counters.js';
import { granularities } from '../periods.js';

/** What `GET /v1/series` takes. */
export const seriesQuery = z
  .strictObject({
    dimension: z.enum(dimensions).prefault('all').describe('What events are counted by.'),
    value: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe(
        'Which type, page, country or device; `other` for what is not counted by name. Not for all.',
      ),
    step: z.enum(granularities).prefault('hour'),
    from: moment.optional().describe('Default: so that there are 24 points.'),
    to: moment.optional().describe('Exclusive. Default: now, with the step that is going on.'),
  })
  .refine(({ dimension, value }) => (dimension === 'all') === (value === undefined), {
    path: ['value'],
    error: 'Give a value for each dimension but `all`.',
  });
export type SeriesQuery = z.output<typeof seriesQuery>;

/** What it answers. */
export const series = z
  .object({
    dimension: z.enum(dimensions),
    value: z.string(),
    step: z.enum(granularities),
    points: z.array(
      z.object({ at: z.iso.datetime().describe('When the step begins.'), count: z.int() }),
    ),
    total: z.int().describe('Of all points. Exact, as they are.'),
  })
  .meta({ id: 'Series' });
export type Series = z.output<typeof series>;
