import type { ScriptRunner } from '@trilith/redis';

import type { FencingTokens } from './fencing/fencing-tokens.js';
import type { Lease } from './lease.js';
import type { LockObserver } from './lock-observer.js';

/** Where locks are kept. */
export interface LockManagerOptions {
  /**
   * A connection whose commands have a deadline, such as `createRedis` of @trilith/redis makes. When
   * somebody first waits, a second one is opened beside it, to be woken by; it ends with this one.
   * Several, at least three, to servers that know nothing of each other: a lock is had when more
   * than half grant it (Redlock). They have mutexes only, and waiters look by themselves.
   */
  readonly redis: ScriptRunner | readonly ScriptRunner[];
  /** First part of every key and channel; `trilith` by default. */
  readonly prefix?: string;
  /**
   * Where fencing tokens are minted so that they last, such as `PostgresFencingTokens`. Default: in
   * the Redis of the locks, with its weaker promise.
   */
  readonly tokens?: FencingTokens;
  /** Told what happens, for metrics: see `locksMetrics`. */
  readonly observer?: LockObserver;
  /** Who holds what, for people: shown by `list()`. Default: this machine's name and process. */
  readonly label?: string;
}

/** How to take a lock that is free. */
export interface TryLockOptions {
  /**
   * How long a lease lasts when its holder dies, in milliseconds; 10,000 by default. A living
   * holder renews it. Short ones free a dead holder's lock soon, long ones survive longer outages.
   */
  readonly ttlMs?: number;
  /**
   * First come, first served: a lock that is free is not taken while others wait for it. All who
   * lock a resource should agree; who does not say so overtakes. `false` by default.
   */
  readonly fair?: boolean;
}

/** How to take a lock. */
export interface LockOptions extends TryLockOptions {
  /** How long to wait for a lock that is held, in milliseconds; 10,000 by default; may be Infinity. */
  readonly waitMs?: number;
  /** Ends the waiting; the lock is then not taken, and the reason of the abort is thrown. */
  readonly signal?: AbortSignal;
}

/** How to work under a lock. */
export interface WithLockOptions extends LockOptions {
  /**
   * A lease on the same resource that the caller has already: the work is done under it, nothing is
   * waited for, and it is not released at the end. A lease to write is good for reading as well.
   */
  readonly lease?: Lease;
}

export const lockDefaults = Object.freeze({ ttlMs: 10_000, waitMs: 10_000, fair: false });

/** @throws {RangeError} in one line, naming the option, what it got and what it takes. */
export function resolveOptions(resource: string, options: LockOptions) {
  const { ttlMs, waitMs, fair } = lockDefaults;
  const resolved = {
    ttlMs: options.ttlMs ?? ttlMs,
    waitMs: options.waitMs ?? waitMs,
    fair: options.fair ?? fair,
    signal: options.signal,
  };
  requireResource(resource);
  requireMilliseconds('ttlMs', resolved.ttlMs);
  requireWait(resolved.waitMs);
  return resolved;
}

function requireMilliseconds(option: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 31) return;
  throw new RangeError(`${option}: got ${value}; takes a whole number of milliseconds from 1`);
}

function requireWait(waitMs: number): void {
  if (waitMs >= 0) return;
  throw new RangeError(`waitMs: got ${waitMs}; takes milliseconds from 0, or Infinity`);
}

function requireResource(resource: string): void {
  if (resource !== '') return;
  throw new RangeError('resource: got an empty name; takes the name of what is locked');
}
