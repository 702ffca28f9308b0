import { RateLimitTimeoutError } from '../rate-limit.errors.js';

/**
 * An answer, or an error as soon as the deadline has passed; what comes later is nobody's.
 * @throws {RateLimitTimeoutError}
 */
export async function withinDeadline<T>(answer: Promise<T>, deadlineMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new RateLimitTimeoutError(deadlineMs)), deadlineMs);
    const inTime = <Value>(settle: (value: Value) => void) => {
      return (value: Value) => {
        clearTimeout(late);
        settle(value);
      };
    };
    answer.then(inTime(resolve), inTime(reject));
  });
}
