import type { Lease } from './lease.js';
import type { LockOptions, TryLockOptions, WithLockOptions } from './locks.options.js';
import type { Acquirer, Wanted } from './waiting/acquirer.js';

/** A way to hold one resource: alone, together with readers, or as one of some. */
export class Lock {
  /** Use {@link LockManager}. */
  constructor(
    private readonly acquirer: Acquirer,
    private readonly wanted: Wanted,
  ) {}

  get resource(): string {
    return this.wanted.resource;
  }

  /**
   * Does work under the lock, and frees it however the work ends.
   * @throws {LockTimeoutError} when the lock was held by others for all of `waitMs`.
   * @throws {LockLostError} when the lease was lost before the work was done: another may have
   *   worked at the same time.
   * @throws {LockUnavailableError} when Redis does not answer.
   * @throws {RangeError} when the caller's own `lease` is on something else.
   */
  async withLock<T>(
    { lease: own, ...options }: WithLockOptions,
    work: (lease: Lease) => Promise<T>,
  ): Promise<T> {
    if (own !== undefined) {
      this.requireGood(own);
      return workUnder(own, work);
    }
    await using lease = await this.acquire(options);
    return await workUnder(lease, work);
  }

  /**
   * Waits for the lock. Release it, or bind it with `await using`.
   * @throws {LockTimeoutError} when it was held by others for all of `waitMs`.
   * @throws {LockUnavailableError} when Redis does not answer.
   */
  async acquire(options: LockOptions = {}): Promise<Lease> {
    return this.acquirer.acquire(this.wanted, options);
  }

  /**
   * Takes the lock if it is free now.
   * @throws {LockUnavailableError} when Redis does not answer.
   */
  async tryAcquire(options: TryLockOptions = {}): Promise<Lease | undefined> {
    return this.acquirer.tryAcquire(this.wanted, options);
  }

  private requireGood(lease: Lease): void {
    const { kind, resource } = this.wanted;
    const isKind = lease.kind === kind || (kind === 'read' && lease.kind === 'write');
    if (isKind && lease.resource === resource) return;
    const got = `a ${lease.kind} lease on ${lease.resource}`;
    throw new RangeError(`lease: got ${got}; takes a ${kind} lease on ${resource}`);
  }
}

async function workUnder<T>(lease: Lease, work: (lease: Lease) => Promise<T>): Promise<T> {
  lease.throwIfLost();
  const result = await work(lease);
  lease.throwIfLost();
  return result;
}
