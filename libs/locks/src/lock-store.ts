/** Who asks for which lock. */
export interface Claim {
  readonly resource: string;
  /** No two acquisitions share it. */
  readonly owner: string;
}

/** How a lock is asked for. */
export interface AcquireRequest {
  readonly claim: Claim;
  readonly ttlMs: number;
  /** Whether the claim takes a place among those who wait, when it is not granted. */
  readonly waits: boolean;
  /** Whether it may not overtake those who wait. */
  readonly fair: boolean;
}

/** The answer to a claim. */
export type Answer =
  | { readonly granted: true; readonly fencingToken: bigint }
  | {
      readonly granted: false;
      /** Milliseconds after which it is worth asking again, although nobody released anything. */
      readonly retryMs: number;
      /** Where locks are handed over: the last token given out until then. */
      readonly lastToken?: bigint;
    };

/** Where the locks of one kind are kept. Each call fails by itself when no answer comes. */
export interface LockStore {
  acquire(request: AcquireRequest): Promise<Answer>;

  /** Lets the lease run anew. Tells whether the caller still held the lock. */
  extend(claim: Claim, ttlMs: number): Promise<boolean>;

  /** Frees the lock, or ends the waiting for it. Tells whether the caller still held it. */
  release(claim: Claim, timeoutMs: number): Promise<boolean>;
}
