import type { Lease } from './lease.js';
import type { LockManagerOptions, LockOptions, TryLockOptions } from './locks.options.js';
import { LockKeys } from './redis/lock-keys.js';
import { MutexStore } from './redis/mutex-store.js';
import { Acquirer } from './waiting/acquirer.js';
import { Owners } from './waiting/owners.js';
import { WakeUps } from './waiting/wake-ups.js';

/**
 * Gives out leases on resources, each to one holder at a time, kept in one Redis.
 *
 * @example
 * await locks.withLock(`report:${day}`, { ttlMs: 10_000, waitMs: 2_000 }, async (lease) => {
 *   await buildReport(day, { signal: lease.signal });
 * });
 */
export class LockManager {
  private readonly mutexes: MutexStore;
  private readonly acquirer: Acquirer;

  constructor({ redis, prefix = 'trilith', tokens, label }: LockManagerOptions) {
    const keys = new LockKeys(prefix);
    const owners = new Owners(label);
    const wakeUps = new WakeUps(redis, keys.wakeChannels + owners.manager);
    this.mutexes = new MutexStore(redis, keys);
    this.acquirer = new Acquirer({ owners, wakeUps, tokens });
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
    return this.acquirer.acquire({ store: this.mutexes, resource }, options);
  }

  /**
   * Takes a lock if it is free now.
   * @throws {LockUnavailableError} when Redis does not answer.
   */
  async tryAcquire(resource: string, options: TryLockOptions = {}): Promise<Lease | undefined> {
    return this.acquirer.tryAcquire({ store: this.mutexes, resource }, options);
  }
}
