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
