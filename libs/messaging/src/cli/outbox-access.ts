import { MongoOutboxStore } from '../outbox/mongo/mongo-outbox-store.js';
import type { OutboxStore } from '../outbox/outbox-store.js';
import { PostgresOutboxStore } from '../outbox/postgres/postgres-outbox-store.js';
import { UsageError } from './exit-code.js';

/** Where an outbox is kept, and how the environment names that. */
const variables = { postgres: 'DATABASE_URL', mongo: 'MONGODB_URL' } as const;

export type OutboxKind = keyof typeof variables;
export const OUTBOX_KINDS = Object.keys(variables) as OutboxKind[];

const CONNECT_MS = 5_000;

/**
 * Opens an outbox for reading, does the work and closes it. The drivers are loaded only here: who
 * looks into Redis alone needs none.
 *
 * @throws {UsageError} when the environment does not say where it is.
 */
export async function withOutbox<T>(
  kind: OutboxKind,
  env: NodeJS.ProcessEnv,
  work: (store: OutboxStore) => Promise<T>,
): Promise<T> {
  const url = env[variables[kind]];
  if (!url) throw new UsageError(`${variables[kind]} must say where the outbox is.`);
  return kind === 'postgres' ? withPostgres(url, work) : withMongo(url, work);
}

async function withPostgres<T>(url: string, work: (store: OutboxStore) => Promise<T>): Promise<T> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'trilith-messages',
  });
  // A connection that breaks while idle is replaced; a query that fails tells.
  pool.on('error', () => undefined);
  try {
    return await work(new PostgresOutboxStore({ pool, current: () => undefined }));
  } finally {
    await pool.end();
  }
}

async function withMongo<T>(url: string, work: (store: OutboxStore) => Promise<T>): Promise<T> {
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(url, { serverSelectionTimeoutMS: CONNECT_MS });
  try {
    await client.connect();
    return await work(new MongoOutboxStore({ db: client.db(), current: () => undefined }));
  } finally {
    await client.close();
  }
}
