import { Injectable } from '@nestjs/common';
import { defineList, type Positioned, selectPage, type Slice } from '@trilith/pagination';
import type { Pool } from 'pg';

import type { ActivityEvent } from './activity-event.js';

/** What one account did, newest first. */
export const ACTIVITY_NEWEST = defineList('activity:newest', { occurredAt: 'desc', id: 'desc' });

const OF_ACCOUNT = {
  select: {
    id: 'id',
    accountId: 'account_id',
    kind: 'kind',
    details: 'details',
    occurredAt: 'occurred_at',
  },
  from: 'activity_events',
  where: 'account_id = $1',
  keys: {
    occurredAt: { sql: 'occurred_at', type: 'timestamptz' },
    id: { sql: 'id', type: 'uuid' },
  },
};

/** Reads what accounts did, from the partitions that a page needs and no other. */
@Injectable()
export class ActivityRepository {
  constructor(private readonly pool: Pool) {}

  /** A part of {@link ACTIVITY_NEWEST}. */
  async page(accountId: string, slice: Slice): Promise<Positioned<ActivityEvent>[]> {
    const { text, values } = selectPage(OF_ACCOUNT, slice, [accountId]);
    const { rows } = await this.pool.query<Positioned<ActivityEvent>>(text, values);
    return rows;
  }
}
