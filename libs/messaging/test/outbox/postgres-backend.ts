import { AsyncLocalStorage } from 'node:async_hooks';

import { type PostgresForTest, postgresForTest } from '@trilith/testing';
import pg from 'pg';

import { Outbox, PostgresInbox, PostgresOutboxStore } from '../../src/index.js';
import type { Backend, BackendKind } from './backend.js';

async function open(): Promise<Backend> {
  const database = await postgresForTest();
  const pool = new pg.Pool({ connectionString: database.url, connectionTimeoutMillis: 10_000 });
  // The database may be dropped while connections are still closing.
  pool.on('error', () => undefined);
  await pool.query('CREATE TABLE notes (position serial PRIMARY KEY, text text NOT NULL)');
  return backendOn({ pool, database });
}

interface Place {
  readonly pool: pg.Pool;
  readonly database: PostgresForTest;
}

function backendOn({ pool, database }: Place): Backend {
  const ambient = new AsyncLocalStorage<pg.PoolClient>();
  const current = () => {
    const client = ambient.getStore();
    return client && (async (sql: string, parameters: unknown[]) => client.query(sql, parameters));
  };
  const inTransaction = async <T>(work: () => Promise<T>) => inPgTransaction(pool, ambient, work);
  const store = new PostgresOutboxStore({ pool, current });
  return {
    store,
    outbox: new Outbox(store, { headers: () => ({ 'x-correlation-id': 'c-1' }) }),
    inbox: new PostgresInbox({ current, inTransaction, consumer: 'tests' }),
    location: { kind: 'postgres', url: database.url },
    inTransaction,
    write: async (text) => void (await current()?.('INSERT INTO notes (text) VALUES ($1)', [text])),
    notes: async () => column(await pool.query('SELECT text FROM notes ORDER BY position')),
    storedIds: async () => column(await pool.query('SELECT id FROM outbox ORDER BY sequence')),
    now: async () => {
      const { rows } = await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now');
      return rows[0]?.now ?? new Date(Number.NaN);
    },
    close: async () => {
      await pool.end();
      await database.close();
    },
  };
}

async function inPgTransaction<T>(
  pool: pg.Pool,
  ambient: AsyncLocalStorage<pg.PoolClient>,
  work: () => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await ambient.run(client, work);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

function column({ rows }: pg.QueryResult<Record<string, string>>): string[] {
  return rows.flatMap((row) => Object.values(row));
}

export const postgresBackend: BackendKind = { name: 'PostgreSQL', open };
