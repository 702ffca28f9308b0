import { setTimeout as sleep } from 'node:timers/promises';

/** The works that a consumer has taken and not finished: so many at most. */
export class InHand {
  private readonly works = new Set<Promise<void>>();
  /** What those who wait for room wait for: all for the same. */
  private changed: PromiseWithResolvers<void> | undefined;
  private closed = false;

  /** @param gatherMs once it was full: how long room may gather before it is used. */
  constructor(
    private readonly most: number,
    private readonly gatherMs = 0,
  ) {}

  /** How many more may be taken. */
  get free(): number {
    return Math.max(0, this.most - this.works.size);
  }

  /** `work` must not reject. */
  add(work: Promise<void>): void {
    this.works.add(work);
    void work.finally(() => {
      this.works.delete(work);
      this.wake();
    });
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
    const { promise: timeUp, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([Promise.all(this.works), timeUp]);
    clearTimeout(timer);
  }

  private wake(): void {
    this.changed?.resolve();
    this.changed = undefined;
  }
}
