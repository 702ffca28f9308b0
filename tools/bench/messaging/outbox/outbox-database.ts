import { AsyncLocalStorage } from 'node:async_hooks';
import { PostgresOutboxStore } from '@trilith/messaging';
import pg from 'pg';

/** A pool, an outbox on it, and transactions that the outbox sees. */
export class OutboxDatabase {
  readonly store: PostgresOutboxStore;
  readonly pool: pg.Pool;
  readonly #ambient = new AsyncLocalStorage<pg.PoolClient>();

  constructor(connectionString: string) {
    this.pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 10_000 });
    this.store = new PostgresOutboxStore({
      pool: this.pool,
      current: () => {
        const client = this.#ambient.getStore();
        return client && (async (sql, values) => client.query(sql, values));
      },
    });
  }

  /** @param beforeCommit called when all is written. */
  async inTransaction(work: () => Promise<unknown>, beforeCommit = () => {}): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      await this.#ambient.run(client, work);
      beforeCommit();
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  }

  /** Whether an event waits that was not published. */
  async isDrained(): Promise<boolean> {
    const { rowCount } = await this.pool.query('SELECT FROM outbox WHERE sent_at IS NULL LIMIT 1');
    return rowCount === 0;
  }

  async empty(): Promise<void> {
    await this.pool.query('TRUNCATE outbox');
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
