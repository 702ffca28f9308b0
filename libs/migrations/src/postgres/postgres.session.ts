import type { PoolClient } from 'pg';
import type { MigrationFile } from '../migration-file.js';
import type {
  LedgerChange,
  LedgerEntry,
  MigrationRun,
  MigrationSession,
  Runner,
} from '../migration-store.js';
import { MigrationOptionsError } from '../migrations.errors.js';
import { deadlineIn } from '../until-aborted.js';
import { asking } from './postgres.failure.js';
import { PostgresLedger } from './postgres.ledger.js';
import type { PostgresTimeouts } from './postgres.options.js';
import type { PostgresRun } from './postgres.run.js';
import { createLedgerStatement, LEDGER, upgradeLedgerStatement } from './postgres.statements.js';
import { guardSession, RESET_READING } from './session-guards.js';
import { sqlMigrationOf } from './sql-migration.js';
import { runStatements } from './statement-run.js';
import { runInTransaction } from './transaction-run.js';

/** The database, as a session needs to know it. */
export interface SessionTarget {
  /** Host, port and database, for messages. */
  readonly address: string;
  /** Of the ledger; quoted where it needs to be. */
  readonly schema: string;
  /** With which the connection began. */
  readonly role: string;
  readonly timeouts: PostgresTimeouts;
}

/** A connection that holds the advisory lock, and applies migrations on it. */
export class PostgresSession implements MigrationSession {
  private readonly ledger: PostgresLedger;

  private constructor(
    private readonly client: PoolClient,
    private readonly target: SessionTarget & { readonly freshSession: string },
    table: string,
  ) {
    const { role, timeouts } = target;
    this.ledger = new PostgresLedger({ client, table, role, timeoutMs: timeouts.commandTimeoutMs });
  }

  /** Makes a locked connection ready: guards that free the lock, and the ledger. */
  static async open(client: PoolClient, target: SessionTarget): Promise<PostgresSession> {
    const table = `${target.schema}.${LEDGER}`;
    const freshSession = await guardSession(client, target.timeouts.commandTimeoutMs);
    const session = new PostgresSession(client, { ...target, freshSession }, table);
    await session.ledger.ask(
      `SET lock_timeout = ${target.timeouts.lockTimeoutMs};
       ${createLedgerStatement(table)}; ${upgradeLedgerStatement(table)}; ${RESET_READING}`,
    );
    return session;
  }

  async readLedger(): Promise<readonly LedgerEntry[]> {
    return asking(this.target.address, async () => this.ledger.read());
  }

  async apply(file: MigrationFile, run: MigrationRun, begun?: LedgerEntry): Promise<number> {
    return this.execute({ file, run, direction: 'up', entry: begun });
  }

  async revert(file: MigrationFile, run: MigrationRun, entry: LedgerEntry): Promise<number> {
    return this.execute({ file, run, direction: 'down', entry });
  }

  async changeLedger(changes: readonly LedgerChange[], runner: Runner): Promise<void> {
    const statements = changes.map((change) => this.statementFor(change, runner));
    await asking(this.target.address, async () =>
      this.ledger.ask(['BEGIN', ...statements, 'COMMIT'].join(';\n')),
    );
  }

  /** The connection ends with the lock: nothing that was set on it can reach other work. */
  async release(): Promise<void> {
    this.client.release(true);
    await Promise.resolve();
  }

  private async execute(
    what: Pick<PostgresRun, 'file' | 'run' | 'direction' | 'entry'>,
  ): Promise<number> {
    const { client, ledger, target } = this;
    const { timeouts, freshSession } = target;
    const migration = sqlMigrationOf(what.file);
    const part = migration[what.direction];
    if (part === undefined) {
      throw new MigrationOptionsError(`${what.file.fileName} has no "-- migrate: down"`);
    }
    const signal = AbortSignal.any([what.run.signal, deadlineIn(timeouts.migrationTimeoutMs)]);
    const run: PostgresRun = {
      ...what,
      client,
      ledger,
      freshSession,
      timeouts,
      migration,
      part,
      signal,
    };
    return migration.directives.noTransaction ? runStatements(run) : runInTransaction(run);
  }

  private statementFor(change: LedgerChange, runner: Runner): string {
    switch (change.kind) {
      case 'record':
        return this.ledger.record(change.file, runner, change.breaking);
      case 'amend':
        return this.ledger.amendment(change.file, change.breaking);
      case 'forget':
        return this.ledger.removal(change.version);
      default:
        return change satisfies never;
    }
  }
}
