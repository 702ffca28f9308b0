import { z } from 'zod';

import { page, standardError } from '../../queries/query-fields.js';

const MOST_PAGES = 20;

/** What `GET /v1/visitors` takes. */
export const visitorsQuery = z.strictObject({
  from: z.iso.date().optional().describe('The first day, in UTC. Default: the last.'),
  to: z.iso.date().optional().describe('The last day. Default: today.'),
  page: z
    .preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      z.array(page).min(1).max(MOST_PAGES),
    )
    .optional()
    .describe('One or more pages: who came to several counts once. Default: any page.'),
});
export type VisitorsQuery = z.output<typeof visitorsQuery>;

/** What it answers. */
export const visitors = z
  .object({
    from: z.iso.date(),
    to: z.iso.date(),
    pages: z.array(z.string()).nullable().describe('Null for any page.'),
    people: z.int().describe('Distinct visitors of all these days and pages together.'),
    standardError,
    visits: z.int().describe('How often pages were viewed. Exact.'),
  })
  .meta({ id: 'Visitors' });
export type Visitors = z.output<typeof visitors>;
