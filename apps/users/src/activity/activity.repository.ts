import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import type { ActivityEvent } from './activity-event.js';

/** A place in an account's activity. */
export interface ActivityPosition {
  readonly occurredAt: Date;
  readonly id: string;
}

const page = (condition: string) => `
  SELECT id, account_id AS "accountId", kind, details, occurred_at AS "occurredAt"
    FROM activity_events
   WHERE account_id = $1 ${condition}
   ORDER BY occurred_at DESC, id DESC
   LIMIT $2`;
/** Two texts, for a condition that may be there or not gives the index no bounds. */
const FIRST_PAGE = page('');
const NEXT_PAGE = page('AND (occurred_at, id) < ($3::timestamptz, $4::uuid)');

/** Reads what accounts did, from the partitions that a page needs and no other. */
@Injectable()
export class ActivityRepository {
  constructor(private readonly pool: Pool) {}

  /** Newest first, from behind a position on. */
  async page(
    accountId: string,
    { limit, after }: { limit: number; after?: ActivityPosition },
  ): Promise<ActivityEvent[]> {
    const { rows } = after
      ? await this.pool.query<ActivityEvent>(NEXT_PAGE, [
          accountId,
          limit,
          after.occurredAt.toISOString(),
          after.id,
        ])
      : await this.pool.query<ActivityEvent>(FIRST_PAGE, [accountId, limit]);
    return rows;
  }
}
