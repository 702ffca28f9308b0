import type { Lease } from './lease.js';

/** Leases on several resources that were taken together, and end together. */
export class LeaseGroup implements AsyncDisposable {
  /** Aborts as soon as one of them is lost, with its {@link LockLostError}. */
  readonly signal: AbortSignal;

  /** Use {@link LockManager.acquireAll}. */
  constructor(private readonly leases: readonly Lease[]) {
    this.signal = AbortSignal.any(leases.map(({ signal }) => signal));
  }

  /** In the order in which they were taken. */
  get resources(): string[] {
    return this.leases.map(({ resource }) => resource);
  }

  /**
   * The lease on one of them, for its fencing token.
   * @throws {RangeError} when it is none of them.
   */
  of(resource: string): Lease {
    const lease = this.leases.find((one) => one.resource === resource);
    if (lease) return lease;
    throw new RangeError(`resource: got ${resource}; takes one of ${this.resources.join(', ')}`);
  }

  /** @throws {LockLostError} when one of them is lost or released. */
  throwIfLost(): void {
    for (const lease of this.leases) lease.throwIfLost();
  }

  /**
   * Lets all of them run anew; see {@link Lease.extend}.
   * @throws {LockLostError} @throws {LockUnavailableError} for the first that fails.
   */
  async extend(ttlMs?: number): Promise<void> {
    await Promise.all(this.leases.map(async (lease) => lease.extend(ttlMs)));
  }

  /** Frees all of them; those that Redis does not hear of free themselves. See {@link Lease.release}. */
  async release(): Promise<void> {
    await Promise.all(this.leases.map(async (lease) => lease[Symbol.asyncDispose]()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
