import type { PoolClient } from 'pg';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry, MigrationSession, MigrationStore } from '../migration-store.js';
import { PostgresConnections } from './postgres.connections.js';
import { asking } from './postgres.failure.js';
import { readLedger } from './postgres.ledger.js';
import {
  resolveTimeouts,
  type PostgresStoreOptions,
  type PostgresTimeouts,
} from './postgres.options.js';
import { query } from './postgres.query.js';
import { PostgresSession } from './postgres.session.js';
import { refusalOf } from './sql-refusal.js';
import { LEDGER, LOCK_HOLDER, TRY_LOCK } from './postgres.statements.js';

/**
 * PostgreSQL 14 or later. A migration is a `.sql` file; it runs in one transaction together with
 * its row of the ledger, table `schema_migrations`.
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
  readonly address: string;

  constructor(
    private readonly connections: PostgresConnections,
    private readonly timeouts: PostgresTimeouts,
  ) {
    this.address = connections.address;
  }

  refuses(file: MigrationFile): string | undefined {
    return refusalOf(file.text);
  }

  async readLedger(): Promise<readonly LedgerEntry[]> {
    return this.onConnection(async (client) =>
      readLedger(client, LEDGER, this.timeouts.commandTimeoutMs),
    );
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

  async close(): Promise<void> {
    await this.connections.close();
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
      const target = { address: this.address, schema: row.schema, timeouts: this.timeouts };
      const session = await PostgresSession.open(client, target);
      discard = false;
      return session;
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
}

interface LockHolderRow {
  application_name: string;
  pid: number;
  client: string | null;
}
