import type { AskedCheck } from '../asked-check.js';
import type { Answer, LimitStore, Mode } from '../limit-store.js';
import type { ResolvedRateLimiterOptions } from '../rate-limiter.options.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { Deadline } from './deadline.js';

type Guarding = Pick<
  ResolvedRateLimiterOptions,
  'name' | 'deadlineMs' | 'maxFailures' | 'pauseMs' | 'observer'
>;

/**
 * Asks Redis within the deadline, and does not ask while it is known not to answer. Whatever error
 * it answers with counts as no answer: a limit must not fail because its store is full or read-only.
 */
export class GuardedStore {
  private readonly breaker: CircuitBreaker;
  private readonly deadline: Deadline;

  constructor(
    private readonly store: LimitStore,
    private readonly options: Guarding,
  ) {
    this.breaker = new CircuitBreaker(options.maxFailures, options.pauseMs);
    this.deadline = new Deadline(options.deadlineMs);
  }

  /** Undefined when Redis did not answer. */
  async run(mode: Mode, checks: readonly AskedCheck[], slot: string): Promise<Answer | undefined> {
    if (!this.breaker.admits()) return undefined;
    const { name: limiter, observer } = this.options;
    const since = performance.now();
    try {
      const answer = await this.deadline.keep(this.store.run(mode, checks, slot));
      if (this.breaker.succeeded()) observer.available?.({ limiter });
      return answer;
    } catch (error) {
      if (this.breaker.failed()) observer.unavailable?.({ limiter, error });
      // What was asked may be recorded yet; slots that nobody holds would be held for a lease.
      if (slot !== '') this.release(checks, slot).catch(() => undefined);
      return undefined;
    } finally {
      observer.asked?.({ limiter, durationMs: performance.now() - since });
    }
  }

  /** @throws what the client throws, or {@link RateLimitTimeoutError}. */
  async forget(checks: readonly AskedCheck[]): Promise<void> {
    await this.deadline.keep(this.store.forget(checks));
  }

  /** Tells whether the slots were still held. Throws as `forget` does. */
  async renew(checks: readonly AskedCheck[], slot: string): Promise<boolean> {
    return this.deadline.keep(this.store.renew(checks, slot));
  }

  /** Throws as `forget` does. */
  async release(checks: readonly AskedCheck[], slot: string): Promise<void> {
    const slots = checks.filter(({ policy }) => policy.algorithm === 'concurrency');
    if (slots.length === 0) return;
    await this.deadline.keep(this.store.release(slots, slot));
  }
}
