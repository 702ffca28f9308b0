import { Injectable } from '@nestjs/common';
import { TieredCache } from '@trilith/cache';
import { type Lease, LockManager } from '@trilith/locks';

import { onPatientConnection } from '../database/patient-connection.js';
import { SessionPool } from '../database/session-pool.js';
import { ACCOUNT_STATS_TAG } from './reports.service.js';

const LOCK = 'users:account-stats';
/** Longest refresh; readers are not kept waiting by it. */
const TIMEOUT_MS = 600_000;
const RECORD = `
  INSERT INTO view_refreshes AS known (view, refreshed_at, duration_ms)
  VALUES ('account_stats', now(),
          ceil(extract(epoch FROM clock_timestamp() - now()) * 1000))
  ON CONFLICT (view) DO UPDATE
     SET refreshed_at = excluded.refreshed_at, duration_ms = excluded.duration_ms`;
const IS_DUE = `
  SELECT NOT EXISTS (
    SELECT FROM view_refreshes
     WHERE view = 'account_stats' AND refreshed_at > now() - $1 * interval '1 millisecond'
  ) AS due`;

/** When the view is refreshed. */
export interface RefreshOptions {
  /** Only if it is older than this, in milliseconds. */
  readonly ifOlderThanMs?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Makes the view account_stats anew, one replica at a time, while it can be read. The view and its age
 * change in one transaction: whoever is killed half-way leaves both as they were.
 */
@Injectable()
export class AccountStatsRefresher {
  constructor(
    private readonly sessions: SessionPool,
    private readonly locks: LockManager,
    private readonly cache: TieredCache,
  ) {}

  /** The right to refresh; undefined while another has it. */
  async acquire(): Promise<Lease | undefined> {
    return this.locks.tryAcquire(LOCK, { ttlMs: 30_000 });
  }

  /**
   * @returns whether it was due
   * @throws the reason of the signal, or of a lost lease
   * @throws the database's own error
   */
  async refresh(
    lease: Lease,
    { ifOlderThanMs = 0, signal }: RefreshOptions = {},
  ): Promise<boolean> {
    const until = signal ? AbortSignal.any([signal, lease.signal]) : lease.signal;
    const { rows } = await this.sessions.pool.query<{ due: boolean }>(IS_DUE, [ifOlderThanMs]);
    if (rows[0]?.due !== true) return false;
    await this.replaceContents(until);
    await this.cache.deleteByTag(ACCOUNT_STATS_TAG);
    return true;
  }

  private async replaceContents(signal: AbortSignal): Promise<void> {
    const patience = { timeoutMs: TIMEOUT_MS, signal };
    await onPatientConnection(this.sessions.pool, patience, async (connection) => {
      await connection.query('BEGIN');
      await connection.query('REFRESH MATERIALIZED VIEW CONCURRENTLY account_stats');
      await connection.query(RECORD);
      await connection.query('COMMIT');
    });
  }
}
