import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient, QueryResultRow } from 'pg';
import { throwIfAborted } from '../lock-wait.js';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry, MigrationRun, MigrationSession, Runner } from '../migration-store.js';
import { deadlineIn, untilAborted } from '../until-aborted.js';
import { asking, mayPassWhenTriedAgain, postgresFailure } from './postgres.failure.js';
import { readLedger, toEntry, type LedgerRow } from './postgres.ledger.js';
import type { PostgresTimeouts } from './postgres.options.js';
import { query } from './postgres.query.js';
import {
  createLedgerStatement,
  GUARD_SESSION,
  LEDGER,
  RESET_SESSION,
} from './postgres.statements.js';

/** Below the time after which the server ends an idle session, see guard-session.sql. */
const LONGEST_PAUSE_MS = 10_000;

/** The database, as a session needs to know it. */
export interface SessionTarget {
  /** Host, port and database, for messages. */
  readonly address: string;
  /** Of the ledger; quoted where it needs to be. */
  readonly schema: string;
  readonly timeouts: PostgresTimeouts;
}

/** A connection that holds the advisory lock, and applies migrations on it. */
export class PostgresSession implements MigrationSession {
  private readonly ledger: string;

  private constructor(
    private readonly client: PoolClient,
    private readonly target: SessionTarget,
  ) {
    // By its full name: a migration may set another search_path before the row is written.
    this.ledger = `${target.schema}.${LEDGER}`;
  }

  /** Makes a locked connection ready: guards that free the lock, and the ledger. */
  static async open(client: PoolClient, target: SessionTarget): Promise<PostgresSession> {
    const session = new PostgresSession(client, target);
    await session.command(`${GUARD_SESSION}; ${createLedgerStatement(session.ledger)}`);
    return session;
  }

  async readLedger(): Promise<readonly LedgerEntry[]> {
    const { address, timeouts } = this.target;
    return asking(address, async () =>
      readLedger(this.client, this.ledger, timeouts.commandTimeoutMs),
    );
  }

  /**
   * A migration that did not get its locks is rolled back and tried again after a pause, in which
   * the queries that queued behind it run.
   */
  async apply(file: MigrationFile, run: MigrationRun): Promise<LedgerEntry> {
    const { lockTimeoutMs, lockRetryMs } = this.target.timeouts;
    const giveUpAt = performance.now() + lockRetryMs;
    for (;;) {
      try {
        return await this.applyOnce(file, run);
      } catch (cause) {
        throwIfAborted(run.signal);
        const failure = postgresFailure(file, cause);
        if (!mayPassWhenTriedAgain(cause) || performance.now() >= giveUpAt) throw failure;
        run.logger.warn(`${failure.message}; trying again`);
      }
      const pauseMs = Math.min(lockTimeoutMs, LONGEST_PAUSE_MS) * (0.5 + Math.random());
      await untilAborted(sleep(pauseMs), run.signal);
    }
  }

  /** The connection ends with the lock: nothing that was set on it can reach other work. */
  async release(): Promise<void> {
    this.client.release(true);
    await Promise.resolve();
  }

  /** One transaction: the ledger's row first, so that two runners collide before any change. */
  private async applyOnce(file: MigrationFile, run: MigrationRun): Promise<LedgerEntry> {
    const deadline = deadlineIn(this.target.timeouts.migrationTimeoutMs);
    const signal = AbortSignal.any([run.signal, deadline]);
    const startedAt = performance.now();
    try {
      await this.command(this.begin(file, run.runner));
      await untilAborted(this.client.query(file.text), signal);
      return await this.commit(file, performance.now() - startedAt);
    } catch (error) {
      // A statement may still run: nothing can be sent behind it, and releasing ends its session.
      if (!signal.aborted) await this.rollback();
      throw error;
    }
  }

  private begin(file: MigrationFile, { executedBy, appVersion }: Runner): string {
    const { lockTimeoutMs, statementTimeoutMs } = this.target.timeouts;
    const [name, checksum, by, version] = [file.name, file.checksum, executedBy, appVersion].map(
      (value) => (value === undefined ? 'NULL' : this.client.escapeLiteral(value)),
    );
    return `${RESET_SESSION}; ${GUARD_SESSION};
      BEGIN;
      SET LOCAL lock_timeout = ${lockTimeoutMs};
      SET LOCAL statement_timeout = ${statementTimeoutMs};
      INSERT INTO ${this.ledger} (version, name, checksum, state, executed_by, app_version)
      VALUES (${file.version}, ${name}, ${checksum}, 'applied', ${by}, ${version})`;
  }

  private async commit(file: MigrationFile, durationMs: number): Promise<LedgerEntry> {
    const [row] = await this.command<LedgerRow>(
      // The file may have left another role set, which need not have a right to the ledger.
      `RESET ROLE;
       UPDATE ${this.ledger} SET duration_ms = ${Math.round(durationMs)}
       WHERE version = ${file.version} RETURNING *;
       COMMIT`,
    );
    if (row === undefined) throw new Error('its row of the ledger is gone');
    return toEntry(row);
  }

  /** One that fails needs no handling: the connection is discarded, and the server rolls back. */
  private async rollback(): Promise<void> {
    await this.command('ROLLBACK').catch(() => undefined);
  }

  private async command<Row extends QueryResultRow>(text: string): Promise<Row[]> {
    return query<Row>(this.client, text, this.target.timeouts.commandTimeoutMs);
  }
}
