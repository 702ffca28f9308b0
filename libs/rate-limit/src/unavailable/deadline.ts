import { RateLimitTimeoutError } from '../rate-limit.errors.js';

interface Waiting {
  /** By the monotonic clock. */
  readonly until: number;
  readonly reject: (error: RateLimitTimeoutError) => void;
}

/**
 * One deadline for all calls: whoever asked first is overdue first, so that one timer, for the
 * oldest, watches over all of them. A timer a call costs as much as the rest of a call.
 */
export class Deadline {
  /** In the order in which they are overdue. */
  private readonly waiting = new Set<Waiting>();
  private isWatched = false;

  constructor(private readonly deadlineMs: number) {}

  /**
   * An answer, or an error as soon as the deadline has passed; what comes later is nobody's.
   * @throws {RateLimitTimeoutError}
   */
  async keep<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const call = { until: performance.now() + this.deadlineMs, reject };
      this.waiting.add(call);
      this.watch(this.deadlineMs);
      const inTime = <Value>(settle: (value: Value) => void) => {
        return (value: Value) => {
          this.waiting.delete(call);
          settle(value);
        };
      };
      answer.then(inTime(resolve), inTime(reject));
    });
  }

  private watch(ms: number): void {
    if (this.isWatched) return;
    this.isWatched = true;
    // While an answer is awaited its connection keeps the process alive; afterwards nothing should.
    setTimeout(() => this.giveUp(), ms).unref();
  }

  private giveUp(): void {
    this.isWatched = false;
    const now = performance.now();
    for (const call of this.waiting) {
      // Timers may fire a fraction of a millisecond early.
      if (call.until - now >= 1) return this.watch(call.until - now);
      this.waiting.delete(call);
      call.reject(new RateLimitTimeoutError(this.deadlineMs));
    }
  }
}
