import { setTimeout as sleep } from 'node:timers/promises';

/** The works that a consumer has taken and not finished: so many at most. */
export class InHand {
  private readonly works = new Set<Promise<void>>();
  /** Of all who wait for room: streams may be read on several connections. */
  private change: PromiseWithResolvers<void> | undefined;
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
      this.wakeAll();
    });
  }

  /** Waits until something may be taken, or nothing will be any more; says how much. */
  async room(): Promise<number> {
    while (this.free === 0 && !this.closed) {
      this.change ??= Promise.withResolvers<void>();
      await this.change.promise;
      if (this.gatherMs > 0) await sleep(this.gatherMs);
    }
    return this.free;
  }

  /** Nobody takes any more: who waits for room goes on. */
  close(): void {
    this.closed = true;
    this.wakeAll();
  }

  /** Resolves when all is finished, at the latest after `timeoutMs`. */
  async settled(timeoutMs: number): Promise<void> {
    const { promise: timeUp, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timeoutMs);
    await Promise.race([Promise.all(this.works), timeUp]);
    clearTimeout(timer);
  }

  private wakeAll(): void {
    this.change?.resolve();
    this.change = undefined;
  }
}
