import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import pg from 'pg';

import { Outbox, PostgresInbox, PostgresOutboxStore } from '../../src/index.js';
import type { Backend, BackendKind } from './backend.js';

const migration = path.resolve(
  import.meta.dirname,
  '../../../../migrations/postgres/0002_outbox_inbox.sql',
);

/** The server's address with another database's name. */
function databaseUrl(name: string): string {
  const url = new URL(process.env.DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  return url.href;
}

async function atServer(statement: string): Promise<void> {
  const client = new pg.Client(process.env.DATABASE_URL);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function open(): Promise<Backend> {
  const name = `outbox_${randomUUID().replaceAll('-', '')}`;
  await atServer(`CREATE DATABASE ${name}`);
  const url = databaseUrl(name);
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // Sessions are ended by tests that cut connections.
  pool.on('error', () => undefined);
  await pool.query(await readFile(migration, 'utf8'));
  await pool.query('CREATE TABLE notes (position serial PRIMARY KEY, text text NOT NULL)');
  return backendOn({ pool, name, url });
}

interface Place {
  readonly pool: pg.Pool;
  readonly name: string;
  readonly url: string;
}

function backendOn({ pool, name, url }: Place): Backend {
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
    location: { kind: 'postgres', url },
    inTransaction,
    write: async (text) => void (await current()?.('INSERT INTO notes (text) VALUES ($1)', [text])),
    notes: async () => column(await pool.query('SELECT text FROM notes ORDER BY position')),
    storedIds: async () => column(await pool.query('SELECT id FROM outbox ORDER BY sequence')),
    close: async () => {
      await pool.end();
      await atServer(`DROP DATABASE ${name} WITH (FORCE)`);
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
