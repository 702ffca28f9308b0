import type { Claim, LockStore } from './lock-store.js';
import { LockLostError } from './locks.errors.js';

/** How a lease shares its resource: not at all, with readers, or with so many others. */
export type LockKind = 'mutex' | 'read' | 'write' | 'semaphore';

/** A lock as it was granted. */
export interface Grant {
  readonly kind: LockKind;
  readonly store: LockStore;
  readonly claim: Claim;
  readonly fencingToken: bigint;
  readonly ttlMs: number;
  /** When the lock was asked for, by the monotonic clock: Redis counts from no earlier. */
  readonly askedAt: number;
  /** Told once, when it is released or lost. */
  readonly onEnd: (end: LeaseEnd) => void;
}

/** How a lease was over. */
export interface LeaseEnd {
  readonly heldMs: number;
  readonly isLost: boolean;
}

/** The end of a lease, as a share of it, in which its holder is no longer to work. */
const SAFETY = 0.1;
/** When to renew a lease, as a share of it. */
const RENEWAL = 1 / 3;
/** When to try again after a renewal found Redis away, as a share of the lease. */
const RETRY = 1 / 20;

/** For how long of a lease its holder may work, counted from when it was asked for. */
export function usableMs(ttlMs: number): number {
  return ttlMs * (1 - SAFETY);
}

/**
 * The right to work on a resource alone, for a time that renews itself until it is released.
 *
 * `signal` aborts while a tenth of the time is still left, so that work that heeds it has stopped
 * when another holder may begin. A process that is frozen in between cannot notice: where that
 * matters, hand `fencingToken` to the resource and let it refuse lower ones.
 */
export class Lease implements AsyncDisposable {
  /** Rises with each acquisition of the resource. What Redis promises of it is in the README. */
  readonly fencingToken: bigint;
  private readonly acquiredAt = performance.now();
  /** Made for those who look at the signal. */
  private loss: AbortController | undefined;
  private lost: LockLostError | undefined;
  private ttlMs: number;
  private validUntil = 0;
  /** Until it is to be renewed, and then until it is lost. */
  private timer: NodeJS.Timeout | undefined;
  private released: Promise<boolean> | undefined;
  private hasEnded = false;

  /** Use {@link LockManager}. */
  constructor(private readonly grant: Grant) {
    this.fencingToken = grant.fencingToken;
    this.ttlMs = grant.ttlMs;
    this.runFrom(grant.askedAt);
  }

  get resource(): string {
    return this.grant.claim.resource;
  }

  get kind(): LockKind {
    return this.grant.kind;
  }

  /** Aborts, with a {@link LockLostError} as its reason, before another can hold the lock. */
  get signal(): AbortSignal {
    if (this.loss === undefined) {
      this.loss = new AbortController();
      if (this.lost) this.loss.abort(this.lost);
    }
    return this.loss.signal;
  }

  /** Whether it still surely lasts, by the monotonic clock. */
  get isHeld(): boolean {
    return this.released === undefined && this.lost === undefined && this.leftMs > 0;
  }

  /**
   * Lets the lease run anew, now and at each renewal from now on for `ttlMs`.
   * @throws {LockLostError} when it is lost or released.
   * @throws {LockUnavailableError} when Redis did not answer; the lease runs on as it did.
   */
  async extend(ttlMs = this.ttlMs): Promise<void> {
    this.throwIfLost();
    const askedAt = performance.now();
    const held = await this.grant.store.extend(this.grant.claim, ttlMs);
    if (!held && this.released === undefined) this.lose('Redis no longer knows the lease');
    this.throwIfLost();
    this.ttlMs = ttlMs;
    this.runFrom(askedAt);
  }

  /** @throws {LockLostError} when the lease is lost or released, whether or not the signal could fire. */
  throwIfLost(): void {
    if (this.released !== undefined) throw this.lostError('it was released');
    // A busy event loop fires timers late; the clock knows better.
    if (this.leftMs <= 0) this.lose('it was not renewed in time');
    if (this.lost) throw this.lost;
  }

  /**
   * Frees the lock, if it is still this lease's. May be called again, and after the lease is lost.
   * @param options `afterMs`: leaves it to expire after that many milliseconds instead, unrenewed,
   *   so that nobody does the same work again at once. Default 0.
   * @returns whether it was.
   * @throws {LockUnavailableError} when Redis did not answer: the lock frees itself after the lease.
   */
  async release({ afterMs = 0 }: { readonly afterMs?: number } = {}): Promise<boolean> {
    clearTimeout(this.timer);
    const { store, claim } = this.grant;
    this.end(false);
    this.released ??=
      afterMs > 0 ? store.extend(claim, Math.ceil(afterMs)) : store.release(claim, this.ttlMs);
    return this.released;
  }

  /** Frees the lock. Should Redis be away, time does it: what was done under the lock stands. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => false);
  }

  private get leftMs(): number {
    return this.validUntil - performance.now();
  }

  private runFrom(askedAt: number): void {
    const passedMs = performance.now() - askedAt;
    this.validUntil = askedAt + usableMs(this.ttlMs);
    this.wakeIn(this.ttlMs * RENEWAL - passedMs);
  }

  /** At the end of the lease at the latest. */
  private wakeIn(delayMs: number): void {
    clearTimeout(this.timer);
    // Never early: of a lease that is over nothing is left.
    const ms = Math.ceil(Math.max(Math.min(delayMs, this.leftMs), 0));
    this.timer = setTimeout(() => void this.renew(), ms).unref();
  }

  private async renew(): Promise<void> {
    if (this.leftMs <= 0) {
      this.lose('it was not renewed in time');
      return;
    }
    this.wakeIn(this.leftMs);
    try {
      await this.extend();
    } catch {
      // Redis is away: the signal tells if it stays so. A lease that is over stays over.
      const over = this.lost !== undefined || this.released !== undefined;
      if (!over) this.wakeIn(this.ttlMs * RETRY);
    }
  }

  private lose(reason: string): void {
    clearTimeout(this.timer);
    this.end(true);
    this.lost ??= this.lostError(reason);
    this.loss?.abort(this.lost);
  }

  private end(isLost: boolean): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.grant.onEnd({ heldMs: this.heldMs, isLost });
  }

  private lostError(reason: string): LockLostError {
    return new LockLostError(this.resource, this.fencingToken, this.heldMs, { reason });
  }

  private get heldMs(): number {
    return performance.now() - this.acquiredAt;
  }
}
