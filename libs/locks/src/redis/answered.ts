import type { Claim } from '../lock-store.js';
import { LockUnavailableError } from '../locks.errors.js';

/** What is waited for. */
interface Call {
  readonly claim: Claim;
  /** Completes "… failed": `acquiring`. */
  readonly operation: string;
  readonly timeoutMs: number;
}

/**
 * Waits for an answer no longer than it is of use, whatever patience the client has.
 * @throws {LockUnavailableError} also for any other failure, as its cause.
 */
export async function answered<T>(reply: Promise<T>, call: Call): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`no answer within ${call.timeoutMs} ms`));
  }, call.timeoutMs);
  try {
    return await Promise.race([reply, late]);
  } catch (error) {
    throw new LockUnavailableError(call.claim.resource, call.operation, error);
  } finally {
    clearTimeout(timer);
  }
}
