import { RedisAwayError } from '../cache.errors.js';

export interface CircuitBreakerOptions {
  /** Failures in a row that open it. */
  readonly failuresToOpen: number;
  readonly probeEveryMs: number;
  /** Looks whether it works again, and makes up for what was missed; throws when it does not. */
  readonly probe: () => Promise<void>;
  readonly onFailed: () => void;
  readonly onOpened: (error: unknown) => void;
  readonly onClosed: (openedForMs: number) => void;
}

/**
 * Lets calls through until too many fail, then none until a probe succeeds. Callers never are the
 * probe, so that nobody waits for a Redis that was found not to answer.
 * (Circuit breaker: M. Nygard, "Release It!".)
 */
export class CircuitBreaker {
  private failuresInRow = 0;
  /** Undefined while closed. */
  private openedAt: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isProbing = false;
  private isDisposed = false;

  constructor(private readonly options: CircuitBreakerOptions) {}

  get isOpen(): boolean {
    return this.openedAt !== undefined;
  }

  /** @throws {RedisAwayError} at once while it is open; else what the call throws. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.openedAt !== undefined) throw new RedisAwayError();
    try {
      const result = await call();
      this.failuresInRow = 0;
      return result;
    } catch (error) {
      this.failed(error);
      throw error;
    }
  }

  /** Opens it now: it is known that calls cannot succeed. */
  trip(error: unknown): void {
    if (this.openedAt !== undefined || this.isDisposed) return;
    this.openedAt = performance.now();
    this.options.onOpened(error);
    this.schedule();
  }

  /** Looks now rather than when the next probe is due. */
  async probe(): Promise<void> {
    if (this.openedAt === undefined || this.isProbing || this.isDisposed) return;
    this.isProbing = true;
    try {
      await this.options.probe();
      this.close();
    } catch {
      // Still away: the next probe is due anyway.
      this.options.onFailed();
    } finally {
      this.isProbing = false;
    }
  }

  dispose(): void {
    this.isDisposed = true;
    clearInterval(this.timer);
  }

  private failed(error: unknown): void {
    this.options.onFailed();
    this.failuresInRow += 1;
    if (this.failuresInRow >= this.options.failuresToOpen) this.trip(error);
  }

  private close(): void {
    if (this.openedAt === undefined || this.isDisposed) return;
    const openedForMs = performance.now() - this.openedAt;
    clearInterval(this.timer);
    this.openedAt = undefined;
    this.failuresInRow = 0;
    this.options.onClosed(openedForMs);
  }

  private schedule(): void {
    this.timer = setInterval(() => void this.probe(), this.options.probeEveryMs).unref();
  }
}
