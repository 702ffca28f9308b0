/** Collects what is added during one turn of the event loop and hands it on together. */
export class TickBatch<T> {
  private items: T[] = [];
  private flushed: Promise<void> = Promise.resolve();

  constructor(private readonly flush: (items: readonly T[]) => Promise<void>) {}

  /** Settles as the flush does that the item is part of. */
  add(item: T): Promise<void> {
    if (this.items.push(item) === 1) {
      this.flushed = new Promise((resolve, reject) => {
        setImmediate(() => {
          const items = this.items;
          this.items = [];
          this.flush(items).then(resolve, reject);
        });
      });
    }
    return this.flushed;
  }
}
