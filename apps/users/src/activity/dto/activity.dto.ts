import { z } from 'zod';

import { pageResponse } from '../../paging/page.js';
import type { ActivityEvent } from '../activity-event.js';

/** One thing that an account did. */
export const activityView = z.object({
  id: z.uuid(),
  kind: z.string().describe('Such as `session.started`, `account.changed`, `post.published`.'),
  details: z.record(z.string(), z.json()).describe('Ids of what it is about.'),
  occurredAt: z.iso.datetime(),
});
export type ActivityView = z.output<typeof activityView>;

export const activityPage = pageResponse(activityView);
export type ActivityPage = z.output<typeof activityPage>;

export function toActivityView({ id, kind, details, occurredAt }: ActivityEvent): ActivityView {
  return {
    id,
    kind,
    details: { ...details } as ActivityView['details'],
    occurredAt: occurredAt.toISOString(),
  };
}
