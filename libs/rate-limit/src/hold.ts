import type { AskedCheck } from './asked-check.js';
import type { Decision } from './decision.js';
import type { GuardedStore } from './unavailable/guarded-store.js';
import type { LocalLimits } from './unavailable/local-limits.js';

interface HoldOptions {
  readonly decision: Decision;
  /** The slots that are held; none when the decision was against it. */
  readonly slots: readonly AskedCheck[];
  readonly slot: string;
  readonly store: GuardedStore;
  /** Where they are counted, when Redis was away. */
  readonly local: LocalLimits | undefined;
  readonly onLost: () => void;
}

/** When to renew a slot, as a share of its lease. */
const RENEWAL = 1 / 3;

/** What came of `hold`: the decision and, where it allows, the slots until they are released. */
export class Hold implements AsyncDisposable {
  readonly decision: Decision;
  private timer: NodeJS.Timeout | undefined;
  private validUntil = 0;
  private isReleased = false;
  private isLost = false;

  /** Use {@link RateLimiter.hold}. */
  constructor(private readonly options: HoldOptions) {
    this.decision = options.decision;
    if (options.slots.length > 0 && options.local === undefined) this.runFrom(performance.now());
  }

  /** Whether the work may begin. */
  get allowed(): boolean {
    return this.decision.allowed;
  }

  /** Whether the slots freed themselves before they were released, so that others may work as well. */
  get lost(): boolean {
    return this.isLost;
  }

  /**
   * Frees the slots. May be called again, and where nothing is held. Should Redis be away, they free
   * themselves after the lease; this never throws.
   */
  async release(): Promise<void> {
    if (this.isReleased) return;
    this.isReleased = true;
    clearTimeout(this.timer);
    const { slots, slot, store, local } = this.options;
    if (local) local.refund(slots);
    else await store.release(slots, slot).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  private runFrom(askedAt: number): void {
    const leaseMs = Math.min(...this.options.slots.map(({ policy }) => policy.windowMs));
    this.validUntil = askedAt + leaseMs;
    this.timer = setTimeout(() => void this.renew(leaseMs), leaseMs * RENEWAL).unref();
  }

  private async renew(leaseMs: number): Promise<void> {
    const askedAt = performance.now();
    const held = await this.options.store
      .renew(this.options.slots, this.options.slot)
      .catch(() => undefined);
    if (this.isReleased) return;
    if (held === true) return this.runFrom(askedAt);
    if (held === false || performance.now() >= this.validUntil) return this.lose();
    // Redis is away: the slots last until their lease is over.
    this.timer = setTimeout(() => void this.renew(leaseMs), leaseMs / 20).unref();
  }

  private lose(): void {
    this.isLost = true;
    this.options.onLost();
  }
}
