import { AsyncLocalStorage } from 'node:async_hooks';

import type { QueryFunction } from '@trilith/messaging';
import pg from 'pg';

const TIMEOUT_MS = 10_000;
const FORGOTTEN_AFTER_MS = 2_000;

/** A pool, and the transaction that the caller is in: what outbox and inbox need to know. */
export class Database {
  readonly pool: pg.Pool;
  private readonly ambient = new AsyncLocalStorage<pg.PoolClient>();

  constructor(url: string) {
    this.pool = new pg.Pool({
      connectionString: url,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      // A process that is frozen in a transaction must not keep its locks.
      idle_in_transaction_session_timeout: FORGOTTEN_AFTER_MS,
    });
    // Without listeners a connection that breaks, idle or between two queries, would end the process.
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  readonly current = (): QueryFunction | undefined => {
    const client = this.ambient.getStore();
    return client && (async (sql, parameters) => client.query(sql, parameters));
  };

  readonly inTransaction = async <T>(work: () => Promise<T>): Promise<T> => {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const result = await this.ambient.run(client, work);
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      // Closing the connection rolls back, whatever state it is in.
      client.release(true);
      throw error;
    }
  };

  /** In the transaction that the caller is in, if there is one. */
  async query<Row extends pg.QueryResultRow>(sql: string, parameters: unknown[]): Promise<Row[]> {
    const { rows } = await (this.ambient.getStore() ?? this.pool).query<Row>(sql, parameters);
    return rows;
  }
}
