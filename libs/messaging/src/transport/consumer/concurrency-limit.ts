/** Lets so many works run at a time; the others wait in the order they came. */
export class ConcurrencyLimit {
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly limit: number) {}

  /** Calls `work` in this very turn where there is a place. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) return this.runInTurn(work);
    this.running += 1;
    return this.runInPlace(work);
  }

  private async runInTurn<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.push(resolve);
    await promise;
    return this.runInPlace(work);
  }

  private async runInPlace<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      // A place is handed on, so that nobody who comes later slips in between.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
