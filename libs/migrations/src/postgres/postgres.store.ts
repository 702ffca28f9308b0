import type { PoolClient } from 'pg';
import type { MigrationFile } from '../migration-file.js';
import type { HistoryProblem } from '../history-problem.js';
import type {
  LedgerEntry,
  MigrationRun,
  MigrationSession,
  MigrationStore,
  MigrationTraits,
  Rehearsal,
} from '../migration-store.js';
import { PostgresConnections } from './postgres.connections.js';
import { asking, mayPassWhenTriedAgain } from './postgres.failure.js';
import { PostgresLedger } from './postgres.ledger.js';
import {
  resolveTimeouts,
  type PostgresStoreOptions,
  type PostgresTimeouts,
} from './postgres.options.js';
import { query } from './postgres.query.js';
import { createScratchDatabase } from './scratch-database.js';
import { LEDGER, LOCK_HOLDER, TRY_LOCK } from './postgres.statements.js';
import { problemOf } from './sql-inspection.js';
import { sqlMigrationOf } from './sql-migration.js';

/**
 * PostgreSQL 14 or later. A migration is a `.sql` file; it runs in one transaction together with
 * its row of the ledger, table `schema_migrations`, or statement by statement if its header asks for
 * that.
 * @throws MigrationOptionsError
 */
export function postgresMigrationStore(options: PostgresStoreOptions): MigrationStore {
  const timeouts = resolveTimeouts(options);
  return new PostgresMigrationStore(
    new PostgresConnections(options, timeouts.connectTimeoutMs),
    timeouts,
  );
}

class PostgresMigrationStore implements MigrationStore {
  readonly name = 'postgres';
  readonly extensions = ['.sql'];
  readonly schemaFile = 'schema.sql';
  readonly address: string;

  constructor(
    private readonly connections: PostgresConnections,
    private readonly timeouts: PostgresTimeouts,
    /** Takes away what was made for this store alone. */
    private readonly cleanUp: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.address = connections.address;
  }

  async inspect(file: MigrationFile, begun?: LedgerEntry): Promise<HistoryProblem | undefined> {
    return Promise.resolve(problemOf(file, begun));
  }

  async traitsOf(file: MigrationFile): Promise<MigrationTraits> {
    const { directives, up, down } = sqlMigrationOf(file);
    const { breaking, noTransaction } = directives;
    return Promise.resolve({
      breaking,
      transactional: !noTransaction,
      reversible: down !== undefined,
      upText: up.text,
    });
  }

  async readLedger(): Promise<readonly LedgerEntry[]> {
    const timeoutMs = this.timeouts.commandTimeoutMs;
    return this.onConnection(async (client) =>
      new PostgresLedger({ client, table: LEDGER, role: 'none', timeoutMs }).read(),
    );
  }

  async rehearse(
    files: readonly MigrationFile[],
    run: MigrationRun,
  ): Promise<readonly Rehearsal[] | undefined> {
    const { timeouts } = this;
    const { rehearse } = await import('./rehearsal.js');
    const client = await this.connections.connect();
    return asking(this.address, async () => {
      try {
        const [row] = await query<TryLockRow>(client, TRY_LOCK, timeouts.commandTimeoutMs);
        return row?.locked ? await rehearse(files, { client, timeouts, run }) : undefined;
      } finally {
        client.release(true);
      }
    });
  }

  async tryLock(): Promise<MigrationSession | undefined> {
    const client = await this.connections.connect();
    return asking(this.address, async () => this.lockOn(client));
  }

  async lockHolder(): Promise<string | undefined> {
    const [holder] = await this.onConnection(async (client) =>
      query<LockHolderRow>(client, LOCK_HOLDER, this.timeouts.commandTimeoutMs),
    );
    if (holder === undefined) return undefined;
    return `${holder.application_name} from ${holder.client ?? 'a local socket'}, backend ${holder.pid}`;
  }

  async describeSchema({ ignore = [] }: { ignore?: readonly string[] } = {}): Promise<string> {
    const { readPostgresSchema } = await import('./schema/read-schema.js');
    return this.onConnection(async (client) =>
      readPostgresSchema(client, { timeoutMs: this.timeouts.commandTimeoutMs, ignore }),
    );
  }

  async openScratch(): Promise<MigrationStore> {
    const { connections, drop } = await createScratchDatabase(this.connections, this.timeouts);
    return new PostgresMigrationStore(connections, this.timeouts, drop);
  }

  async close(): Promise<void> {
    await this.connections.close();
    await this.cleanUp();
  }

  /** The connection stays out of the pool only while it holds the lock. */
  private async lockOn(client: PoolClient): Promise<MigrationSession | undefined> {
    let discard = true;
    try {
      const [row] = await query<TryLockRow>(client, TRY_LOCK, this.timeouts.commandTimeoutMs);
      if (row?.locked === false) {
        discard = false;
        client.release();
        return undefined;
      }
      if (!row?.schema) throw new Error('search_path names no schema that exists');
      const { schema, role } = row;
      // Not at the start of those who find nothing to do.
      const { PostgresSession } = await import('./postgres.session.js');
      const target = { address: this.address, schema, role, timeouts: this.timeouts };
      const session = await PostgresSession.open(client, target);
      discard = false;
      return session;
    } catch (error) {
      // A backup, say, reads the ledger while it is to be upgraded: asked again like the lock.
      if (mayPassWhenTriedAgain(error)) return undefined;
      throw error;
    } finally {
      if (discard) client.release(true);
    }
  }

  private async onConnection<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return asking(this.address, async () => this.connections.withConnection(work));
  }
}

interface TryLockRow {
  locked: boolean;
  schema: string | null;
  role: string;
}

interface LockHolderRow {
  application_name: string;
  pid: number;
  client: string | null;
}
