import { eventFields } from '@trilith/contracts';
import { z } from 'zod';

/** A page, as events name it. */
export const page = eventFields.page.unwrap().describe('A path, as events name it: `/posts/1`.');

/** A moment in a query, with its zone. */
export const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** Of a count of people, as a fraction. */
export const standardError = z
  .number()
  .describe('Of the people, as a fraction: 0 while their number is exact, else 0.0081.');
