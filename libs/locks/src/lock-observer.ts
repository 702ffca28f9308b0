import type { LockKind } from './lease.js';

/** A lock of which something is told. */
export interface LockFacts {
  readonly resource: string;
  readonly kind: LockKind;
}

/** How waiting came out: `given up` is an abort by the caller, `unavailable` that Redis did not answer. */
export type WaitOutcome = 'acquired' | 'timeout' | 'given up' | 'unavailable';

/** Told what happens to locks, for metrics. Each method is optional, should be quick and not throw. */
export interface LockObserver {
  /** Somebody else holds the lock, and it is waited for. */
  waiting?(facts: LockFacts): void;
  /** The waiting is over. Told for each that `waiting` was told of. */
  waited?(facts: LockFacts & { readonly waitedMs: number; readonly outcome: WaitOutcome }): void;
  /** A lease begins, after a wait or at once. */
  acquired?(facts: LockFacts & { readonly waitedMs: number }): void;
  /** A lease is over. Told once for each that `acquired` was told of. */
  ended?(facts: LockFacts & { readonly heldMs: number; readonly isLost: boolean }): void;
}
