import { wholeNumber } from '@trilith/service';
import { z } from 'zod';

import type { ActivityEvent } from '../activity-event.js';

/** Which part of a list of activity is asked for. */
export const activityQuery = z.strictObject({
  limit: wholeNumber({ min: 1, max: 100 }).prefault(20),
  cursor: z.string().min(1).max(1_024).optional(),
});
export type ActivityQuery = z.output<typeof activityQuery>;

/** One thing that an account did. */
export const activityView = z.object({
  id: z.uuid(),
  kind: z.string().describe('Such as `session.started`, `account.changed`, `post.published`.'),
  details: z.record(z.string(), z.json()).describe('Ids of what it is about.'),
  occurredAt: z.iso.datetime(),
});
export type ActivityView = z.output<typeof activityView>;

export const activityPage = z.object({
  items: z.array(activityView),
  nextCursor: z.string().nullable().describe('Asks for the next page; null on the last.'),
});
export type ActivityPage = z.output<typeof activityPage>;

export function toActivityView({ id, kind, details, occurredAt }: ActivityEvent): ActivityView {
  return {
    id,
    kind,
    details: { ...details } as ActivityView['details'],
    occurredAt: occurredAt.toISOString(),
  };
}
