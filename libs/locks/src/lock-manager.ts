import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Lease } from './lease.js';
import { type Claim, LockStore } from './lock-store.js';
import { LockTimeoutError } from './locks.errors.js';
import {
  type LockManagerOptions,
  type LockOptions,
  type TryLockOptions,
  lockDefaults,
  requireMilliseconds,
  requireResource,
  requireWait,
} from './locks.options.js';

/**
 * Gives out leases on resources, each to one holder at a time, kept in one Redis.
 *
 * @example
 * await locks.withLock(`report:${day}`, { ttlMs: 10_000, waitMs: 2_000 }, async (lease) => {
 *   await buildReport(day, { signal: lease.signal });
 * });
 */
export class LockManager {
  private readonly store: LockStore;

  constructor({ redis, prefix = 'trilith' }: LockManagerOptions) {
    this.store = new LockStore(redis, prefix);
  }

  /**
   * Does work under a lock, and frees the lock however the work ends.
   * @throws {LockTimeoutError} when the lock was held by others for all of `waitMs`.
   * @throws {LockLostError} when the lease was lost before the work was done: another may have
   *   worked at the same time.
   * @throws {LockUnavailableError} when Redis does not answer.
   */
  async withLock<T>(
    resource: string,
    options: LockOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T> {
    await using lease = await this.acquire(resource, options);
    const result = await work(lease);
    lease.throwIfLost();
    return result;
  }

  /**
   * Waits for a lock. Release it, or bind it with `await using`.
   * @throws {LockTimeoutError} when it was held by others for all of `waitMs`.
   * @throws {LockUnavailableError} when Redis does not answer.
   */
  async acquire(resource: string, options: LockOptions = {}): Promise<Lease> {
    const { ttlMs, waitMs, signal } = { ...lockDefaults, ...options };
    requireWait(waitMs);
    const claim = claimOn(resource, ttlMs);
    const startedAt = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      signal?.throwIfAborted();
      const answer = await this.ask(claim, ttlMs);
      if (answer instanceof Lease) return answer;
      const waitedMs = performance.now() - startedAt;
      if (waitedMs >= waitMs) throw new LockTimeoutError(resource, waitedMs);
      await pause(Math.min(pollDelay(attempt), answer.holderLeftMs + 1, waitMs - waitedMs), signal);
    }
  }

  /**
   * Takes a lock if it is free now.
   * @throws {LockUnavailableError} when Redis does not answer.
   */
  async tryAcquire(resource: string, options: TryLockOptions = {}): Promise<Lease | undefined> {
    const { ttlMs } = { ...lockDefaults, ...options };
    const answer = await this.ask(claimOn(resource, ttlMs), ttlMs);
    return answer instanceof Lease ? answer : undefined;
  }

  private async ask(claim: Claim, ttlMs: number): Promise<Lease | { holderLeftMs: number }> {
    const askedAt = performance.now();
    try {
      const answer = await this.store.acquire(claim, ttlMs);
      if (!answer.granted) return answer;
      const { fencingToken } = answer;
      return new Lease({ store: this.store, claim, fencingToken, ttlMs, askedAt });
    } catch (error) {
      // The lock may have been granted and the answer lost: others need not wait for it to expire.
      this.store.release(claim, ttlMs).catch(() => undefined);
      throw error;
    }
  }
}

function claimOn(resource: string, ttlMs: number): Claim {
  requireResource(resource);
  requireMilliseconds('ttlMs', ttlMs);
  return { resource, owner: randomUUID() };
}

/** Longer with each attempt, up to a bound; half of it random, so that waiters spread out. */
function pollDelay(attempt: number): number {
  const { pollMinMs, pollMaxMs } = lockDefaults;
  return Math.min(pollMaxMs, pollMinMs * 2 ** attempt) * (0.5 + Math.random() / 2);
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
