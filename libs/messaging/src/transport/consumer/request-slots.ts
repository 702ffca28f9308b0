/** How many requests a consumer may answer at a time, and how many it does. */
export class RequestSlots {
  private taken = 0;
  private closed = false;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly most: number) {}

  /** How many more may be taken. */
  get free(): number {
    return Math.max(0, this.most - this.taken);
  }

  take(): void {
    this.taken += 1;
  }

  giveBack(): void {
    this.taken -= 1;
    this.wake();
  }

  /** Resolves when one is free, or nobody takes any more. */
  async someFree(): Promise<void> {
    await this.until(() => this.free > 0 || this.closed);
  }

  /** Nobody takes any more: who waits for a free one goes on. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Resolves when all are free, at the latest after `timeoutMs`. */
  async allFree(timeoutMs: number): Promise<void> {
    let timeIsUp = false;
    const timer = setTimeout(() => {
      timeIsUp = true;
      this.wake();
    }, timeoutMs);
    await this.until(() => this.taken === 0 || timeIsUp);
    clearTimeout(timer);
  }

  private async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.waiting.add(resolve);
      await promise;
    }
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
