import { withinDeadline } from '../outbox/deadline.js';
import { type QueryFunction, rowsOf } from '../outbox/postgres/query-function.js';
import { type Delivery, Inbox, type InboxTransactions } from './inbox.js';
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

/** Remembers messages in the table `inbox` of PostgreSQL. */
export class PostgresInbox extends Inbox {
  constructor(private readonly options: PostgresInboxOptions) {
    super(options);
  }

  protected isInTransaction(): boolean {
    return this.options.current() !== undefined;
  }

  protected async remember({ consumer, messageId }: Delivery): Promise<boolean> {
    const query = this.options.current();
    if (query === undefined) throw new InboxTransactionRequiredError(consumer);
    const result = await withinDeadline(query(REMEMBER, [consumer, messageId]), {
      operation: 'remembering a message',
      timeoutMs: this.options.queryTimeoutMs ?? 5_000,
    });
    return rowsOf(result).length === 1;
  }
}
