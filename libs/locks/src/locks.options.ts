import type { ScriptRunner } from '@trilith/redis';

/** Where locks are kept. */
export interface LockManagerOptions {
  /** A connection whose commands have a deadline, such as `createRedis` of @trilith/redis makes. */
  readonly redis: ScriptRunner;
  /** First part of every key; `trilith` by default. */
  readonly prefix?: string;
}

/** How to take a lock that is free. */
export interface TryLockOptions {
  /**
   * How long a lease lasts when its holder dies, in milliseconds; 10,000 by default. A living
   * holder renews it. Short ones free a dead holder's lock soon, long ones survive longer outages.
   */
  readonly ttlMs?: number;
}

/** How to take a lock. */
export interface LockOptions extends TryLockOptions {
  /** How long to wait for a lock that is held, in milliseconds; 10,000 by default; may be Infinity. */
  readonly waitMs?: number;
  /** Ends the waiting; the lock is then not taken, and the reason of the abort is thrown. */
  readonly signal?: AbortSignal;
}

export const lockDefaults = Object.freeze({
  ttlMs: 10_000,
  waitMs: 10_000,
  /** Longest first wait between two looks at a lock that is held. */
  pollMinMs: 10,
  /** Longest wait between two looks. */
  pollMaxMs: 250,
});

/** @throws {RangeError} */
export function requireMilliseconds(option: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 31) return;
  throw new RangeError(`${option}: got ${value}; takes a whole number of milliseconds from 1`);
}

/** @throws {RangeError} */
export function requireWait(waitMs: number): void {
  if (waitMs >= 0) return;
  throw new RangeError(`waitMs: got ${waitMs}; takes milliseconds from 0, or Infinity`);
}

/** @throws {RangeError} */
export function requireResource(resource: string): void {
  if (resource !== '') return;
  throw new RangeError('resource: got an empty name; takes the name of what is locked');
}
