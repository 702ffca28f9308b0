import { setTimeout as sleep } from 'node:timers/promises';

/** Counts the works that a consumer has taken and not finished: so many at most. */
export class InHand {
  private count = 0;
  /** What those who wait for room wait for: all for the same. */
  private changed: PromiseWithResolvers<void> | undefined;
  private emptied: PromiseWithResolvers<void> | undefined;
  private closed = false;

  /** @param gatherMs once it was full: how long room may gather before it is used. */
  constructor(
    private readonly most: number,
    private readonly gatherMs = 0,
  ) {}

  /** How many more may be taken. */
  get free(): number {
    return Math.max(0, this.most - this.count);
  }

  /** One was taken. */
  take(): void {
    this.count += 1;
  }

  /** One that was taken is finished. */
  finish(): void {
    this.count -= 1;
    this.wake();
    if (this.count > 0) return;
    this.emptied?.resolve();
    this.emptied = undefined;
  }

  /** Waits until something may be taken, or nothing will be any more; says how much. */
  async room(): Promise<number> {
    while (this.free === 0 && !this.closed) {
      this.changed ??= Promise.withResolvers<void>();
      await this.changed.promise;
      if (this.gatherMs > 0) await sleep(this.gatherMs);
    }
    return this.free;
  }

  /** Nobody takes any more: who waits for room goes on. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Resolves when all is finished, at the latest after `timeoutMs`. */
  async settled(timeoutMs: number): Promise<void> {
    if (this.count === 0) return;
    this.emptied ??= Promise.withResolvers<void>();
    const { promise: timeUp, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([this.emptied.promise, timeUp]);
    clearTimeout(timer);
  }

  private wake(): void {
    this.changed?.resolve();
    this.changed = undefined;
  }
}
