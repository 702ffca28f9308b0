import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationLockLostError } from '../migrations.errors.js';
import { renewalTiming, type Lease, type MongoLeases } from './mongo.lease.js';

/** Renews a lease until it is released, and knows when it is lost. */
export class LeaseKeeper {
  private readonly losing = new AbortController();
  private readonly released = new AbortController();
  private readonly renewing: Promise<void>;
  private renewed = now();

  constructor(
    private readonly leases: MongoLeases,
    private readonly lease: Lease,
    private readonly leaseMs: number,
  ) {
    this.renewing = this.keepRenewing();
  }

  /** Aborts when the lease is lost. */
  get lost(): AbortSignal {
    return this.losing.signal;
  }

  /**
   * Resolves if nobody else can have the lease now. Asks the store only if the last renewal is older
   * than it should be, as after a long pause of this process.
   * @throws MigrationLockLostError
   */
  async confirm(): Promise<void> {
    if (this.lost.aborted) throw lockLost();
    if (elapsedSince(this.renewed) < 2 * renewalTiming(this.leaseMs).everyMs) return;
    const asked = now();
    if (!(await this.leases.renew(this.lease))) {
      this.losing.abort(lockLost());
      throw lockLost();
    }
    this.renewed = asked;
  }

  /** Gives the lease back. One that cannot be given back counts as abandoned after its time. */
  async release(): Promise<void> {
    this.released.abort();
    await this.renewing;
    await this.leases.give(this.lease).catch(() => undefined);
  }

  private async keepRenewing(): Promise<void> {
    const { everyMs, giveUpAfterMs } = renewalTiming(this.leaseMs);
    while (await this.pause(everyMs)) {
      const asked = now();
      // A store that is away for a moment is asked again.
      const renewed = await this.leases.renew(this.lease).catch(() => undefined);
      if (renewed === true) this.renewed = asked;
      if (renewed === false || elapsedSince(this.renewed) >= giveUpAfterMs) {
        this.losing.abort(lockLost());
        return;
      }
    }
  }

  /** False when the lease was released meanwhile. */
  private async pause(ms: number): Promise<boolean> {
    const { signal } = this.released;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }
}

/** By both clocks: one may be set, and the other stands still while a virtual machine sleeps. */
function now(): readonly [monotonic: number, wall: number] {
  return [performance.now(), Date.now()];
}

/** The larger of what the clocks say. */
function elapsedSince(earlier: readonly [number, number]): number {
  const [monotonic, wall] = now();
  return Math.max(monotonic - earlier[0], wall - earlier[1]);
}

function lockLost(): MigrationLockLostError {
  return new MigrationLockLostError(
    'mongo: the lock could not be renewed in time, so that another runner may have it; run again',
  );
}
