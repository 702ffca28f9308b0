import { eventFields } from '@trilith/contracts';
import { z } from 'zod';

/** An event as a browser sends it. */
export const sentEvent = z.strictObject({
  id: z
    .uuid({ version: 'v7' })
    .describe('The same however often the event is sent: it counts once.'),
  ...eventFields,
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When it happened, by the sender’s clock. Default: when it arrives.'),
  sentAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('When it is sent, by the same clock: tells how far that is off, up to 25 hours.'),
});
export type SentEvent = z.output<typeof sentEvent>;

/** One event of a batch that was not counted, and why. The others are. */
const refusedEvent = z
  .object({
    index: z.int().min(0).describe('Its line in the batch, from 0.'),
    code: z.string().describe('For programs: stable.'),
    message: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'RefusedEvent' });
export type RefusedEvent = z.output<typeof refusedEvent>;

/** What became of the events sent. */
export const ingested = z
  .object({
    counted: z.int().describe('Counted now.'),
    duplicates: z.int().describe('Counted before, and not again.'),
    refused: z.array(refusedEvent).describe('Not counted, in the order in which they were sent.'),
  })
  .meta({ id: 'Ingested' });
export type Ingested = z.output<typeof ingested>;
