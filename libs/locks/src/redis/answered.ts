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
export async function answered<T>(
  reply: Promise<T>,
  { claim, operation, timeoutMs }: Call,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      clearTimeout(timer);
      reject(new LockUnavailableError(claim.resource, operation, cause));
    };
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const succeed = (answer: T) => {
      clearTimeout(timer);
      resolve(answer);
    };
    reply.then(succeed, fail);
  });
}
