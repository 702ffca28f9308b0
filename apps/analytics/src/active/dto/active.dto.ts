import { z } from 'zod';

import { page, standardError } from '../../queries/query-fields.js';

/** What `GET /v1/active` takes. */
export const activeQuery = z.strictObject({
  page: page.optional().describe('Who is on this page. Default: on any.'),
});
export type ActiveQuery = z.output<typeof activeQuery>;

/** What it answers. */
export const active = z
  .object({
    page: z.string().nullable(),
    people: z.int().describe('Distinct people over the last 5 minutes.'),
    standardError,
    minutes: z
      .array(z.object({ at: z.iso.datetime(), people: z.int() }))
      .describe('Distinct people of each of the last 30 minutes, the one going on last.'),
  })
  .meta({ id: 'Active' });
export type Active = z.output<typeof active>;
