/**
 * Stops asking a server that does not answer: after so many failures in a row nobody asks for a
 * while, then one call tries. Source: Michael Nygard, "Release It!", 2007.
 */
export class CircuitBreaker {
  private failures = 0;
  /** Until when nobody asks, by the monotonic clock; undefined while all may. */
  private pausedUntil: number | undefined;

  constructor(
    private readonly maxFailures: number,
    private readonly pauseMs: number,
  ) {}

  /** Whether the next call may ask. Where that is a trial, the ones after it may not. */
  admits(): boolean {
    if (this.pausedUntil === undefined) return true;
    const now = performance.now();
    if (now < this.pausedUntil) return false;
    this.pausedUntil = now + this.pauseMs;
    return true;
  }

  /** @returns whether the server was away before. */
  succeeded(): boolean {
    const wasAway = this.failures > 0;
    this.failures = 0;
    this.pausedUntil = undefined;
    return wasAway;
  }

  /** @returns whether the server was there before. */
  failed(): boolean {
    this.failures += 1;
    if (this.failures >= this.maxFailures) this.pausedUntil = performance.now() + this.pauseMs;
    return this.failures === 1;
  }
}
