import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationLockLostError } from '../migrations.errors.js';
import { elapsedSince, now } from './moment.js';
import { leaseTiming, type Lease, type MongoLeases } from './mongo.lease.js';

/** Renews a lease until it is released, and knows whether it is held. */
export class LeaseKeeper {
  private readonly losing = new AbortController();
  private readonly released = new AbortController();
  /** When the renewal was asked for that was the last to succeed. */
  private renewed: Lease['askedAt'];

  constructor(
    private readonly leases: MongoLeases,
    private readonly lease: Lease,
    private readonly leaseMs: number,
  ) {
    this.renewed = lease.askedAt;
    void this.keepRenewing();
  }

  /** Aborts when the lease is lost. */
  get lost(): AbortSignal {
    return this.losing.signal;
  }

  /**
   * Resolves if nobody else can have the lease now. Asks the store only if the last renewal is older
   * than it should be, as after a long pause of this process: who finds the lease still its own goes on.
   * @throws MigrationLockLostError if it is another's or was released; the store's error if it is away
   */
  async confirm(): Promise<void> {
    const { sureForMs, endsAfterMs } = leaseTiming(this.leaseMs);
    this.throwIfOver();
    if (elapsedSince(this.renewed) < sureForMs) return;
    do await this.renew();
    while (elapsedSince(this.renewed) >= endsAfterMs);
  }

  /** Gives the lease back. One that cannot be given back counts as abandoned after its time. */
  async release(): Promise<void> {
    this.released.abort();
    await this.leases.give(this.lease).catch(() => undefined);
  }

  /** Does not wait for an answer before it asks again: a slow answer counts, and a lost one is not missed. */
  private async keepRenewing(): Promise<void> {
    while (await this.pause(leaseTiming(this.leaseMs).everyMs)) void this.tryToRenew();
  }

  /** A store that is away for a moment is asked again; the lease ends if it is away for too long. */
  private async tryToRenew(): Promise<void> {
    const isLast = elapsedSince(this.renewed) >= leaseTiming(this.leaseMs).endsAfterMs;
    try {
      await this.renew();
    } catch {
      // Only one that was asked for so late says so: what comes before may have stood still with us.
      if (isLast) this.losing.abort(lockLost());
    }
  }

  private async renew(): Promise<void> {
    const askedAt = now();
    const isOurs = await this.leases.renew(this.lease);
    if (!isOurs) this.losing.abort(lockLost());
    this.throwIfOver();
    // Answers may overtake each other.
    if (askedAt[0] > this.renewed[0]) this.renewed = askedAt;
  }

  private throwIfOver(): void {
    this.lost.throwIfAborted();
    if (this.released.signal.aborted) throw new MigrationLockLostError('mongo: the run is over');
  }

  /** False when the lease was released or lost meanwhile. */
  private async pause(ms: number): Promise<boolean> {
    const { signal } = this.released;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted && !this.lost.aborted;
  }
}

function lockLost(): MigrationLockLostError {
  return new MigrationLockLostError(
    'mongo: the lock could not be renewed in time, so that another runner may have it; run again',
  );
}
