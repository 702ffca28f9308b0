import { MongoClient } from 'mongodb';
import pg from 'pg';

import { MongoOutboxStore, type OutboxStore, PostgresOutboxStore } from '../../src/index.js';
import type { BackendLocation } from './backend.js';

/** An outbox as a relay in another process, or behind a proxy, would open it. */
export interface RelayStore {
  readonly store: OutboxStore;
  close(): Promise<void>;
}

/** A relay adds nothing. */
const current = () => undefined;

/** Deadline of each operation: a test that lets the network hang waits for it. */
const TIMEOUT_MS = 2_000;

export async function openRelayStore({ kind, url }: BackendLocation): Promise<RelayStore> {
  if (kind === 'mongo') {
    const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 5_000 });
    const store = new MongoOutboxStore({
      db: client.db(),
      current,
      operationTimeoutMs: TIMEOUT_MS,
    });
    return { store, close: async () => client.close() };
  }
  const pool = new pg.Pool({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // Tests cut idle connections.
  pool.on('error', () => undefined);
  const store = new PostgresOutboxStore({ pool, current, queryTimeoutMs: TIMEOUT_MS });
  return { store, close: async () => pool.end() };
}
