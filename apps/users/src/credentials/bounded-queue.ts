/** How much work a {@link BoundedQueue} takes. */
export interface BoundedQueueOptions {
  /** Most pieces of work that run at the same time. */
  readonly concurrency: number;
  /** Most pieces of work that wait for their turn. */
  readonly maxWaiting: number;
}

/** Runs work a few pieces at a time, in order of arrival, and refuses what it could only pile up. */
export class BoundedQueue {
  readonly #options: BoundedQueueOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: BoundedQueueOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` when its turn comes; rejects with what `onFull` gives, at once, when the queue is
   * full.
   */
  async run<T>(work: () => Promise<T>, onFull: () => Error): Promise<T> {
    await this.#enter(onFull);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(onFull: () => Error): Promise<void> {
    const { concurrency, maxWaiting } = this.#options;
    if (this.#running < concurrency) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= maxWaiting) throw onFull();
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Hands the place on, so that nobody who arrives in between can take it from the first in line. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }
}
