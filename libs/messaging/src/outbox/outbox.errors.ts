/** One thing that is wrong with an event, and where. */
export interface EventProblem {
  /** Where in the payload: `author.name`, `tags.0`; empty for the event as a whole. */
  readonly path: string;
  readonly message: string;
}

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

/** An event does not fit its contract, or holds what a store cannot keep. Nothing was written. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
  readonly code = 'invalid_event';

  constructor(
    readonly topic: string,
    readonly problems: readonly EventProblem[],
  ) {
    super(`Event ${topic} is not valid: ${problems.map(describe).join('; ')}`);
  }
}

function describe({ path, message }: EventProblem): string {
  return path === '' ? message : `${path}: ${message}`;
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
