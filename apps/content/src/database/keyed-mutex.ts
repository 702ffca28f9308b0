/** Runs one task of a key at a time, in the order of arrival; tasks of other keys run beside it. */
export class KeyedMutex {
  private readonly tails = new Map<string, Promise<unknown>>();

  /** Resolves or rejects as the task does. A task that fails does not disturb the next. */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const ahead = this.tails.get(key) ?? Promise.resolve();
    const result = ahead.then(task);
    const tail = result.catch(() => undefined);
    this.tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    }
  }

  /** How many keys have a task running or waiting. */
  get size(): number {
    return this.tails.size;
  }
}
