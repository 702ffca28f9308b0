import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import { throwIfAborted } from '../lock-wait.js';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry, MigrationRun } from '../migration-store.js';
import { untilAborted } from '../until-aborted.js';
import { mayPassWhenTriedAgain, postgresFailure, type FailingPlace } from './postgres.failure.js';
import type { PostgresLedger } from './postgres.ledger.js';
import type { PostgresTimeouts } from './postgres.options.js';
import type { SqlMigration, SqlPart } from './sql-migration.js';

/** Below the time after which the server ends an idle session, see guard-session.sql. */
const LONGEST_PAUSE_MS = 10_000;

/** All that running one part of one file needs. */
export interface PostgresRun {
  readonly client: PoolClient;
  readonly ledger: PostgresLedger;
  /** Makes the session as every migration finds it, whatever the one before it left set. */
  readonly freshSession: string;
  readonly timeouts: PostgresTimeouts;
  readonly file: MigrationFile;
  readonly migration: SqlMigration;
  readonly direction: 'up' | 'down';
  /** What the direction runs. */
  readonly part: SqlPart;
  /** The ledger's entry, if there is one. */
  readonly entry: LedgerEntry | undefined;
  readonly run: MigrationRun;
  /** Aborts with that of the run, and when the migration takes longer than it may. */
  readonly signal: AbortSignal;
}

/** The timeouts of the file, or those of the store. */
export function timeoutsOf({ migration: { directives }, timeouts }: PostgresRun) {
  return {
    lockTimeoutMs: directives.lockTimeoutMs ?? timeouts.lockTimeoutMs,
    statementTimeoutMs: directives.statementTimeoutMs ?? timeouts.statementTimeoutMs,
  };
}

/**
 * An attempt that did not get its locks is made again after a pause, in which the queries that queued
 * behind it run.
 * @throws MigrationFailedError, MigrationAbortedError
 */
export async function retryWhileLocked<T>(
  of: PostgresRun,
  attempt: () => Promise<T>,
  place?: FailingPlace,
): Promise<T> {
  const { run, file, timeouts } = of;
  const giveUpAt = performance.now() + timeouts.lockRetryMs;
  for (;;) {
    try {
      return await attempt();
    } catch (cause) {
      throwIfAborted(run.signal);
      const failure = postgresFailure(file, cause, place);
      if (!mayPassWhenTriedAgain(cause) || performance.now() >= giveUpAt) throw failure;
      run.logger.warn(`${failure.message}; trying again`);
    }
    const pauseMs = Math.min(timeoutsOf(of).lockTimeoutMs, LONGEST_PAUSE_MS);
    await untilAborted(sleep(pauseMs * (0.5 + Math.random())), run.signal);
  }
}
