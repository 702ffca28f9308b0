/** How long an item may wait for company. */
export interface BatchOptions {
  /** 0: until what runs now, and all that it resolved, has run. */
  readonly waitMs: number;
  /** A batch of so many waits no longer. */
  readonly size: number;
}

/** Collects items that come one by one and hands them on together. */
export class Batch<T> {
  private items: T[] = [];
  private flushed = Promise.withResolvers<void>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: BatchOptions,
    private readonly handOn: (items: readonly T[]) => Promise<void>,
  ) {}

  /** Settles as the hand-over does that the item is part of. */
  add(item: T): Promise<void> {
    const { promise } = this.flushed;
    const count = this.items.push(item);
    if (count === 1) this.schedule();
    if (count >= this.options.size) this.flush();
    return promise;
  }

  /** Hands on at once what there is. */
  flush(): void {
    if (this.items.length === 0) return;
    const { items, flushed } = this;
    clearTimeout(this.timer);
    this.items = [];
    this.flushed = Promise.withResolvers();
    this.handOn(items).then(flushed.resolve, flushed.reject);
  }

  private schedule(): void {
    const flush = () => this.flush();
    const { waitMs } = this.options;
    if (waitMs > 0) this.timer = setTimeout(flush, waitMs);
    else process.nextTick(flush);
  }
}
