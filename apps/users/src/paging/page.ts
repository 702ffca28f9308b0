import { wholeNumber } from '@trilith/service';
import { z } from 'zod';

/** The query parameters of every list. */
export const pageQuery = z.strictObject({
  limit: wholeNumber({ min: 1, max: 100 }).prefault(20),
  cursor: z
    .string()
    .min(1)
    .max(1_024)
    .optional()
    .describe('From another page of the same list, asked for with the same parameters.'),
});
export type PageQuery = z.output<typeof pageQuery>;

/** The schema of a page of such items. */
export function pageResponse<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
    previousCursor: z.string().nullable().describe('Asks for the page before; null on the first.'),
  });
}
