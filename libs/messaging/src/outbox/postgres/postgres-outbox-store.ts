import { once } from 'node:events';

import type { Client, Pool, QueryResult } from 'pg';

import { withinDeadline } from '../deadline.js';
import { OutboxTransactionRequiredError } from '../outbox.errors.js';
import type { OutboxLag, OutboxMessage, OutboxStore, SentBefore } from '../outbox-store.js';
import { ADD, CHANNEL, LAG, MARK_SENT, REMOVE_SENT, UNSENT } from './postgres-outbox.sql.js';
import type { QueryFunction } from './query-function.js';

/** Where a {@link PostgresOutboxStore} reads and writes. */
export interface PostgresOutboxStoreOptions {
  /** For the relay. Its settings also open the one connection that listens for commits. */
  readonly pool: Pool;
  /**
   * The query function of the transaction that the caller is in; undefined outside of one.
   * It must not give a function that runs in no transaction.
   */
  readonly current: () => QueryFunction | undefined;
  /** Deadline of each query in milliseconds; 5,000 by default. */
  readonly queryTimeoutMs?: number;
}

/** How long to wait for a connection to say goodbye. */
const GOODBYE_MS = 1_000;

/** Keeps events in the table `outbox` of PostgreSQL. */
export class PostgresOutboxStore implements OutboxStore {
  private readonly timeoutMs: number;

  constructor(private readonly options: PostgresOutboxStoreOptions) {
    this.timeoutMs = options.queryTimeoutMs ?? 5_000;
  }

  async add(messages: readonly OutboxMessage[]): Promise<void> {
    const query = this.options.current();
    if (query === undefined) {
      throw new OutboxTransactionRequiredError(messages.map(({ topic }) => topic));
    }
    await withinDeadline(query(ADD, [JSON.stringify(messages)]), {
      operation: 'adding events to the outbox',
      timeoutMs: this.timeoutMs,
    });
  }

  async unsent(limit: number): Promise<OutboxMessage[]> {
    const { rows } = await this.query<OutboxMessage>('reading unsent events', UNSENT, [limit]);
    return rows;
  }

  async markSent(ids: readonly string[]): Promise<void> {
    await this.query('marking events as sent', MARK_SENT, [ids]);
  }

  async removeSent({ olderThanMs, limit }: SentBefore): Promise<number> {
    const result = await this.query('removing sent events', REMOVE_SENT, [olderThanMs, limit]);
    return result.rowCount ?? 0;
  }

  async lag(): Promise<OutboxLag> {
    const { rows } = await this.query<LagRow>('measuring the lag of the outbox', LAG, []);
    return { pending: rows[0]?.pending ?? 0, oldestAgeMs: rows[0]?.oldest_age_ms ?? 0 };
  }

  async watch(onCommitted: () => void, signal: AbortSignal): Promise<void> {
    const client = await this.listeningClient();
    client.on('notification', onCommitted);
    const ended = once(client, 'end', { signal });
    // It is waited for below; an end that comes before is no unhandled rejection.
    ended.catch(() => undefined);
    try {
      await this.listen(client);
      // Events committed before LISTEN took effect were not told of.
      onCommitted();
      await ended;
      throw new Error('The connection that listens for commits has ended');
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await sayGoodbye(client);
    }
  }

  /** A connection of its own: a pooled one would be lost to the pool for good. */
  private async listeningClient(): Promise<Client> {
    // Only here is the driver itself needed, and only applications with PostgreSQL have it.
    const { Client } = await import('pg');
    const client = new Client(this.options.pool.options);
    // An error without a listener would end the process. The event `end` follows each of them.
    client.on('error', () => undefined);
    return client;
  }

  private async listen(client: Client): Promise<void> {
    const deadline = { operation: 'listening for commits', timeoutMs: this.timeoutMs };
    await withinDeadline(client.connect(), deadline);
    await withinDeadline(client.query(`LISTEN ${CHANNEL}`), deadline);
  }

  private async query<Row extends object>(
    operation: string,
    text: string,
    values: unknown[],
  ): Promise<QueryResult<Row>> {
    const { pool } = this.options;
    // The driver's own limit gives up the connection; ours also covers waiting for one.
    const query = { text, values, query_timeout: this.timeoutMs };
    return withinDeadline(pool.query<Row>(query), { operation, timeoutMs: this.timeoutMs });
  }
}

interface LagRow {
  readonly pending: number;
  readonly oldest_age_ms: number | null;
}

/** Ends a connection whose other side may have gone. */
async function sayGoodbye(client: Client): Promise<void> {
  const goodbye = client.end();
  await withinDeadline(goodbye, { operation: 'ending a connection', timeoutMs: GOODBYE_MS }).catch(
    () => client.connection.stream.destroy(),
  );
}
