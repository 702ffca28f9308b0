/**
 * Mints fencing tokens where they last: each higher than all before it for its resource, whatever
 * happens to the Redis that keeps the locks.
 */
export interface FencingTokens {
  /** Rejects when the store does not answer; the lock is then not taken. */
  next(resource: string): Promise<bigint>;
}
