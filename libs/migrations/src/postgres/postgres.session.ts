import type { PoolClient, QueryResultRow } from 'pg';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry, MigrationRun, MigrationSession, Runner } from '../migration-store.js';
import { asking, postgresFailure, withoutByteOrderMark } from './postgres.failure.js';
import { readLedger, toEntry, type LedgerRow } from './postgres.ledger.js';
import type { PostgresTimeouts } from './postgres.options.js';
import { query } from './postgres.query.js';
import { CREATE_LEDGER, GUARDS, LEDGER, RESET_SESSION } from './postgres.statements.js';

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
    await session.command(`${GUARDS} ${CREATE_LEDGER(session.ledger)};`);
    return session;
  }

  async readLedger(): Promise<readonly LedgerEntry[]> {
    const { address, timeouts } = this.target;
    return asking(address, async () =>
      readLedger(this.client, this.ledger, timeouts.commandTimeoutMs),
    );
  }

  /** One transaction: the ledger's row first, so that two runners collide before any change. */
  async apply(file: MigrationFile, { runner }: MigrationRun): Promise<LedgerEntry> {
    const startedAt = performance.now();
    try {
      await this.command(this.begin(file, runner));
      await this.client.query(withoutByteOrderMark(file.text));
      return await this.commit(file, performance.now() - startedAt);
    } catch (cause) {
      await this.rollback();
      throw postgresFailure(file, cause);
    }
  }

  /** The connection ends with the lock: nothing that was set on it can reach other work. */
  async release(): Promise<void> {
    this.client.release(true);
    await Promise.resolve();
  }

  private begin(file: MigrationFile, runner: Runner): string {
    const { lockTimeoutMs, statementTimeoutMs } = this.target.timeouts;
    const values = [file.name, file.checksum, 'applied', runner.executedBy]
      .map((value) => this.client.escapeLiteral(value))
      .join(', ');
    const appVersion =
      runner.appVersion === undefined ? 'NULL' : this.client.escapeLiteral(runner.appVersion);
    return `${RESET_SESSION} ${GUARDS}
      BEGIN;
      SET LOCAL lock_timeout = ${lockTimeoutMs};
      SET LOCAL statement_timeout = ${statementTimeoutMs};
      INSERT INTO ${this.ledger} (version, name, checksum, state, executed_by, app_version)
      VALUES (${file.version}, ${values}, ${appVersion});`;
  }

  private async commit(file: MigrationFile, durationMs: number): Promise<LedgerEntry> {
    const [row] = await this.command<LedgerRow>(
      `UPDATE ${this.ledger} SET duration_ms = ${Math.round(durationMs)}
       WHERE version = ${file.version} RETURNING *;
       COMMIT`,
    );
    if (row === undefined) throw new Error('its row of the ledger is gone');
    return toEntry(row);
  }

  /** A rollback that fails needs no handling: the connection is discarded, and the server rolls back. */
  private async rollback(): Promise<void> {
    await this.command('ROLLBACK').catch(() => undefined);
  }

  private async command<Row extends QueryResultRow>(text: string): Promise<Row[]> {
    return query<Row>(this.client, text, this.target.timeouts.commandTimeoutMs);
  }
}
