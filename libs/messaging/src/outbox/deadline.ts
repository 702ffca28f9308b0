import { StoreDeadlineError } from './outbox.errors.js';

/** What is waited for, and how long. */
export interface Deadline {
  /** Named in the error: `reading unsent events`. */
  readonly operation: string;
  readonly timeoutMs: number;
}

/**
 * The result of `work`, if it comes in time.
 * A driver's own timeouts do not cover everything: a pool without one waits for ever for a connection.
 * @throws {StoreDeadlineError} when it does not; `work` itself goes on, its result unheard.
 */
export async function withinDeadline<T>(work: Promise<T>, deadline: Deadline): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new StoreDeadlineError(deadline.operation, deadline.timeoutMs));
  }, deadline.timeoutMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
