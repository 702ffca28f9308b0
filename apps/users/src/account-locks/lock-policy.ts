/** When wrong passwords lock an account, and for how long. */
export interface LockPolicyOptions {
  /** Wrong passwords in a row that lead to the first lock. */
  readonly afterFailures: number;
  /** How long the first lock lasts, in milliseconds; each failure after it doubles that. */
  readonly firstMs: number;
  /** How long a lock lasts at most, in milliseconds. */
  readonly longestMs: number;
}

/** Failures this long ago, with none since, are forgotten. */
export const FORGOTTEN_AFTER_MS = 86_400_000;

/**
 * How long an account is locked after so many failures in a row; undefined when it is not. A lock that
 * is over is followed by a longer one after a single failure, until somebody signs in.
 */
export function lockMs(
  failures: number,
  { afterFailures, firstMs, longestMs }: LockPolicyOptions,
): number | undefined {
  if (failures < afterFailures) return undefined;
  return Math.min(longestMs, firstMs * 2 ** (failures - afterFailures));
}
