import type { FencingTokens } from '../fencing/fencing-tokens.js';
import { Lease, type LeaseEnd, type LockKind, usableMs } from '../lease.js';
import type { LockFacts, LockObserver } from '../lock-observer.js';
import type { Answer, Claim, LockStore } from '../lock-store.js';
import { LockTimeoutError, LockUnavailableError } from '../locks.errors.js';
import { type LockOptions, type TryLockOptions, resolveOptions } from '../locks.options.js';
import { answered } from '../redis/answered.js';
import type { Bell } from './bell.js';
import type { Owners } from './owners.js';
import { Wait } from './wait.js';
import type { WakeUps } from './wake-ups.js';

/** What is asked for, and where. */
export interface Wanted {
  readonly kind: LockKind;
  readonly store: LockStore;
  readonly resource: string;
}

/** What an {@link Acquirer} shares with all that a manager gives out. */
export interface AcquirerParts {
  readonly owners: Owners;
  readonly wakeUps: WakeUps;
  /** Where tokens are minted; undefined when those of the lock's own store do. */
  readonly tokens: FencingTokens | undefined;
  readonly observer: LockObserver;
}

/** A claim on its way to a lease. */
interface Attempt extends Wanted {
  readonly claim: Claim;
  readonly ttlMs: number;
  readonly fair: boolean;
  readonly waits: boolean;
}

type Refusal = Extract<Answer, { granted: false }>;

/** How often a waiter looks by itself, in milliseconds. */
const POLL = {
  /** First pause, doubled each time up to the longest, where no message would be heard. */
  deafMs: 10,
  deafMostMs: 250,
  /** Covers lost messages and dead holders where messages are heard, and says that the waiter lives. */
  listeningMs: 500,
};

/** Gets leases: asks, waits to be woken, asks again. */
export class Acquirer {
  constructor(private readonly parts: AcquirerParts) {}

  /** See {@link Lock.acquire}. */
  async acquire(wanted: Wanted, options: LockOptions): Promise<Lease> {
    const { ttlMs, waitMs, fair, signal } = resolveOptions(wanted.resource, options);
    const attempt = this.attempt(wanted, { ttlMs, fair, waits: waitMs > 0 });
    signal?.throwIfAborted();
    return this.parts.wakeUps.withBell(attempt.claim.owner, async (bell) =>
      this.wait(attempt, { bell, waitMs, signal }),
    );
  }

  /** See {@link Lock.tryAcquire}. */
  async tryAcquire(wanted: Wanted, options: TryLockOptions): Promise<Lease | undefined> {
    const { ttlMs, fair } = resolveOptions(wanted.resource, options);
    const attempt = this.attempt(wanted, { ttlMs, fair, waits: false });
    const wait = new Wait(factsOf(wanted), this.parts.observer);
    try {
      const answer = await this.ask(attempt, performance.now());
      if (!(answer instanceof Lease)) return undefined;
      wait.end();
      return answer;
    } catch (error) {
      this.giveUp(attempt, error);
      throw error;
    }
  }

  private attempt(wanted: Wanted, terms: Pick<Attempt, 'ttlMs' | 'fair' | 'waits'>): Attempt {
    const owner = this.parts.owners.next(terms.ttlMs);
    return { ...wanted, ...terms, claim: { resource: wanted.resource, owner } };
  }

  private async wait(
    attempt: Attempt,
    { bell, waitMs, signal }: { bell: Bell; waitMs: number; signal?: AbortSignal },
  ): Promise<Lease> {
    const wait = new Wait(factsOf(attempt), this.parts.observer);
    try {
      for (let round = 0; ; round += 1) {
        const askedAt = performance.now();
        const answer = await this.ask(attempt, askedAt);
        if (answer instanceof Lease) {
          wait.end();
          return answer;
        }
        const { waitedMs } = wait;
        if (waitedMs >= waitMs) throw new LockTimeoutError(attempt.resource, waitedMs);
        wait.begin();
        this.parts.wakeUps.listen();
        const pauseMs = Math.min(this.pollMs(round), answer.retryMs + 1, waitMs - waitedMs);
        const token = await bell.wait(pauseMs, signal);
        if (isHandedOver(token, { askedAt, answer, attempt })) {
          const lease = await this.lease(attempt, { token, askedAt });
          wait.end();
          return lease;
        }
      }
    } catch (error) {
      wait.endWith(error);
      this.giveUp(attempt, error);
      throw error;
    }
  }

  private async ask(attempt: Attempt, askedAt: number): Promise<Lease | Refusal> {
    const answer = await attempt.store.acquire(attempt);
    if (!answer.granted) return answer;
    return this.lease(attempt, { token: answer.fencingToken, askedAt });
  }

  private async lease(attempt: Attempt, granted: { token: bigint; askedAt: number }) {
    const { store, claim, ttlMs } = attempt;
    const { token, askedAt } = granted;
    const fencingToken = await this.mint(attempt, token);
    if (performance.now() - askedAt >= usableMs(ttlMs)) {
      throw new LockUnavailableError(claim.resource, 'acquiring', 'granted too late to be of use');
    }
    const facts = factsOf(attempt);
    const { observer } = this.parts;
    const onEnd = (end: LeaseEnd) => observer.ended?.({ ...facts, ...end });
    return new Lease({ ...facts, store, claim, ttlMs, fencingToken, askedAt, onEnd });
  }

  /** Under the lock, so that tokens rise in the order of its holders. */
  private async mint({ claim, ttlMs }: Attempt, own: bigint): Promise<bigint> {
    const { tokens } = this.parts;
    if (tokens === undefined) return own;
    const operation = 'minting a fencing token';
    return answered(tokens.next(claim.resource), { claim, operation, timeoutMs: ttlMs });
  }

  /**
   * Leaves the queue; and frees a lock that may have been granted in an answer that was lost, so that
   * others need not wait until it expires. Nobody waits for it: if Redis is away, time does the same.
   */
  private giveUp({ store, claim, ttlMs, waits }: Attempt, error: unknown): void {
    if (!waits && error instanceof LockTimeoutError) return;
    store.release(claim, ttlMs).catch(() => undefined);
  }

  /** Partly random, so that waiters spread out. */
  private pollMs(round: number): number {
    const spread = 0.5 + Math.random() / 2;
    if (this.parts.wakeUps.isListening) return POLL.listeningMs * spread;
    return Math.min(POLL.deafMostMs, POLL.deafMs * 2 ** round) * spread;
  }
}

/**
 * Whether the lock was handed over, with enough of its lease left. It runs at least from when the
 * claim was last refused: an earlier hand-over, of which a late message tells, had no higher token
 * than the refusal. With little left, asking again renews it.
 */
function isHandedOver(
  token: bigint | undefined,
  { askedAt, answer, attempt }: { askedAt: number; answer: Refusal; attempt: Attempt },
): token is bigint {
  if (token === undefined || answer.lastToken === undefined) return false;
  const isFresh = performance.now() - askedAt < usableMs(attempt.ttlMs) / 2;
  return isFresh && token > answer.lastToken;
}

function factsOf({ kind, resource }: Wanted): LockFacts {
  return { kind, resource };
}
