import { withinDeadline } from '../outbox/deadline.js';
import { type QueryFunction, rowsOf } from '../outbox/postgres/query-function.js';
import { type Delivery, type HandledBefore, Inbox, type InboxTransactions } from './inbox.js';
import { InboxTransactionRequiredError } from './inbox.errors.js';

/** Where a {@link PostgresInbox} remembers. */
export interface PostgresInboxOptions extends InboxTransactions {
  /** The query function of the transaction that the caller is in; undefined outside of one. */
  readonly current: () => QueryFunction | undefined;
  /** Deadline of each query in milliseconds; 5,000 by default. */
  readonly queryTimeoutMs?: number;
}

/**
 * While another transaction remembers the same message, the insert waits for its end.
 * $1 text: consumer; $2 uuid: message id. One row when the message is new, else none.
 */
const REMEMBER = `
WITH remembered AS (
  INSERT INTO inbox (consumer, message_id) VALUES ($1, $2)
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT 1 FROM remembered`;

/** $1 float: age in milliseconds; $2 int: limit. One row with how many were forgotten. */
const FORGET = `
WITH forgotten AS (
  DELETE FROM inbox
  WHERE (consumer, message_id) IN (
    SELECT consumer, message_id
    FROM inbox
    WHERE handled_at < clock_timestamp() - $1 * interval '1 millisecond'
    ORDER BY handled_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
  )
  RETURNING 1
)
SELECT count(*)::int AS forgotten FROM forgotten`;

/** Remembers messages in the table `inbox` of PostgreSQL. */
export class PostgresInbox extends Inbox {
  constructor(private readonly options: PostgresInboxOptions) {
    super(options);
  }

  protected isInTransaction(): boolean {
    return this.options.current() !== undefined;
  }

  override async forget({ olderThanMs, limit }: HandledBefore): Promise<number> {
    return this.transactions.inTransaction(async () => {
      const [row] = await this.query('forgetting messages', FORGET, [olderThanMs, limit]);
      return Number(row?.forgotten);
    });
  }

  protected async remember({ consumer, messageId }: Delivery): Promise<boolean> {
    const rows = await this.query('remembering a message', REMEMBER, [consumer, messageId]);
    return rows.length === 1;
  }

  private async query(operation: string, sql: string, parameters: unknown[]) {
    const query = this.options.current();
    if (query === undefined) throw new InboxTransactionRequiredError();
    const timeoutMs = this.options.queryTimeoutMs ?? 5_000;
    return rowsOf(await withinDeadline(query(sql, parameters), { operation, timeoutMs }));
  }
}
