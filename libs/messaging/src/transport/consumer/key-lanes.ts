/** Runs works of one key one after the other, in the order they came; keys do not wait for each other. */
export class KeyLanes {
  private readonly tails = new Map<string, Promise<unknown>>();

  /** `work` must not reject. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const tail = (this.tails.get(key) ?? Promise.resolve()).then(work).finally(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    });
    this.tails.set(key, tail);
    return tail;
  }
}
