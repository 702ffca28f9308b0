import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';

import type { ActivityEvent } from '../activity/activity-event.js';

const ACCOUNT = `
  SELECT id, email, username, role, version,
         email_verified_at AS "emailVerifiedAt", last_signed_in_at AS "lastSignedInAt",
         deactivated_at AS "deactivatedAt", created_at AS "createdAt", updated_at AS "updatedAt"
    FROM accounts
   WHERE id = $1 AND erased_at IS NULL`;
const PROFILE = `
  SELECT display_name AS "displayName", avatar_url AS "avatarUrl", bio, preferences, metadata
    FROM profiles
   WHERE account_id = $1`;
const SESSIONS = `
  SELECT id, device, address, created_at AS "createdAt", last_seen_at AS "lastSeenAt",
         expires_at AS "expiresAt"
    FROM sessions
   WHERE account_id = $1
   ORDER BY id
   LIMIT 1000`;

const activityPage = (condition: string) => `
  SELECT id, kind, details, occurred_at AS "occurredAt"
    FROM activity_events
   WHERE account_id = $1 ${condition}
   ORDER BY occurred_at DESC, id DESC
   LIMIT 500`;
/** Two texts, for a condition that may be there or not gives the index no bounds. */
const FIRST_ACTIVITY = activityPage('');
const NEXT_ACTIVITY = activityPage('AND (occurred_at, id) < ($2::timestamptz, $3::uuid)');

/** Something that an account did. */
export type ExportedActivity = Pick<ActivityEvent, 'id' | 'kind' | 'details' | 'occurredAt'>;

type Row = Readonly<Record<string, unknown>>;

/** Reads what this service knows of an account, column by column: none is given away by accident. */
@Injectable()
export class ExportRepository {
  constructor(private readonly pool: Pool) {}

  /** Undefined when there is no such account. */
  async account(accountId: string): Promise<Row | undefined> {
    return (await this.rows(ACCOUNT, accountId))[0];
  }

  async profile(accountId: string): Promise<Row | undefined> {
    return (await this.rows(PROFILE, accountId))[0];
  }

  async sessions(accountId: string): Promise<Row[]> {
    return this.rows(SESSIONS, accountId);
  }

  /** A page of activity, newest first; empty behind the last. */
  async activity(accountId: string, after?: ExportedActivity): Promise<ExportedActivity[]> {
    const { rows } = after
      ? await this.pool.query<ExportedActivity>(NEXT_ACTIVITY, [
          accountId,
          after.occurredAt.toISOString(),
          after.id,
        ])
      : await this.pool.query<ExportedActivity>(FIRST_ACTIVITY, [accountId]);
    return rows;
  }

  private async rows(sql: string, accountId: string): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, [accountId])).rows;
  }
}
