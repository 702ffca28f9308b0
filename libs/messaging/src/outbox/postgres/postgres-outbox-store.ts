import type { ClientConfig, Pool, QueryResult } from 'pg';

import type { CommitListener } from '../commit-listener.js';
import { withinDeadline } from '../deadline.js';
import { OutboxTransactionRequiredError } from '../outbox.errors.js';
import type {
  OnCommitted,
  OutboxLag,
  OutboxMessage,
  OutboxStore,
  SentBefore,
  SentPage,
  SentQuery,
} from '../outbox-store.js';
import { PostgresCommitListener } from './postgres-commit-listener.js';
import { ADD, LAG, MARK_SENT, REMOVE_SENT, SENT, UNSENT } from './postgres-outbox.sql.js';
import type { QueryFunction } from './query-function.js';

/** Where a {@link PostgresOutboxStore} reads and writes. */
export interface PostgresOutboxStoreOptions {
  /** For the relay, which uses up to three of its connections at a time. */
  readonly pool: Pool;
  /**
   * The query function of the transaction that the caller is in; undefined outside of one.
   * It must not give a function that runs in no transaction.
   */
  readonly current: () => QueryFunction | undefined;
  /**
   * Settings of the one connection that listens for commits. Default: the pool's, unless they lead
   * to a pooler such as PgBouncer. LISTEN needs a session: then give those of a direct connection,
   * or of a pooler that lends whole sessions. `false`: find events by looking every `pollMs`.
   */
  readonly listener?: ClientConfig | false;
  /** Deadline of each query in milliseconds; 5,000 by default. */
  readonly queryTimeoutMs?: number;
}

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

  async unsent(limit: number, inHand: readonly string[] = []): Promise<OutboxMessage[]> {
    const operation = 'reading unsent events';
    const { rows } = await this.query<MessageRow>(operation, UNSENT, [limit, inHand]);
    return rows.map(toMessage);
  }

  async markSent(ids: readonly string[]): Promise<void> {
    await this.query('marking events as sent', MARK_SENT, [ids]);
  }

  async sent({ since, until, after, limit }: SentQuery): Promise<SentPage> {
    // Sequences begin at 1: this position is before the first event of that time.
    const position = (after ?? `${microseconds(since)}:0`).split(':');
    const values = [...position, microseconds(until), limit];
    const { rows } = await this.query<SentRow>('reading sent events', SENT, values);
    const next = rows.length < limit ? undefined : rows.at(-1)?.position;
    return { messages: rows.map(toMessage), next };
  }

  async removeSent({ olderThanMs, limit }: SentBefore): Promise<number> {
    const result = await this.query('removing sent events', REMOVE_SENT, [olderThanMs, limit]);
    return result.rowCount ?? 0;
  }

  async lag(): Promise<OutboxLag> {
    const { rows } = await this.query<LagRow>('measuring the lag of the outbox', LAG, []);
    return { pending: rows[0]?.pending ?? 0, oldestAgeMs: rows[0]?.oldest_age_ms ?? 0 };
  }

  async listen(onCommitted: OnCommitted): Promise<CommitListener | undefined> {
    const { pool, listener } = this.options;
    if (listener === false) return undefined;
    return PostgresCommitListener.open({
      settings: listener ?? pool.options,
      mayBePooled: listener !== undefined,
      timeoutMs: this.timeoutMs,
      onCommitted,
    });
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

type MessageRow = Omit<OutboxMessage, 'deliverAt'> & { readonly deliverAt: Date | null };
type SentRow = MessageRow & { readonly position: string };

interface LagRow {
  readonly pending: number;
  readonly oldest_age_ms: number | null;
}

function toMessage({ id, topic, key, payload, headers, deliverAt }: MessageRow): OutboxMessage {
  const message = { id, topic, key, payload, headers };
  return deliverAt === null ? message : { ...message, deliverAt };
}

function microseconds(time: Date): string {
  return String(time.getTime() * 1_000);
}
