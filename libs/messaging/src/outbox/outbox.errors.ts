/**
 * An event was added while no transaction of the store was open. It would have been published even
 * if the change it tells of was rolled back, or lost although the change was kept.
 */
export class OutboxTransactionRequiredError extends Error {
  override readonly name = 'OutboxTransactionRequiredError';
  readonly code = 'outbox_transaction_required';

  constructor(readonly topics: readonly string[]) {
    super(
      `Outbox.add() needs the transaction that changes the data; none was open for ${topics.join(', ')}`,
    );
  }
}

/** A store did not answer in time. What was asked may still have happened. */
export class StoreDeadlineError extends Error {
  override readonly name = 'StoreDeadlineError';
  readonly code = 'store_deadline';

  constructor(
    readonly operation: string,
    readonly timeoutMs: number,
  ) {
    super(`${operation} was not answered within ${timeoutMs} ms`);
  }
}

/**
 * The connection that should listen for commits goes through a pooler, where neither LISTEN nor the
 * lock of a sleeping relay would be its own. Events are found by polling until it is direct.
 */
export class PooledListenerError extends Error {
  override readonly name = 'PooledListenerError';
  readonly code = 'pooled_listener';

  constructor() {
    super(
      'a pooler (PgBouncer, say) stands before PostgreSQL: give "listener" of PostgresOutboxStore the settings of a connection with a session of its own, or false to poll',
    );
  }
}

/** What was published may not survive a crash of Redis. It is published again, under the same ids. */
export class NotDurableError extends Error {
  override readonly name = 'NotDurableError';
  readonly code = 'not_durable';

  constructor(readonly reason: string) {
    super(`Redis did not confirm that it has the events on disk: ${reason}`);
  }
}
