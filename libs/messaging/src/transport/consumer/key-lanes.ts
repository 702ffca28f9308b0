type Work = () => Promise<unknown>;

/** Runs works of one key one after the other, in the order they came; keys do not wait for each other. */
export class KeyLanes {
  /** By key, while one of it runs: those that wait, where there are any. */
  private readonly waiting = new Map<string, Work[] | undefined>();

  /** Begins `work` at once where none of its key runs. It must not reject. */
  run(key: string, work: Work): void {
    if (!this.waiting.has(key)) {
      this.waiting.set(key, undefined);
      void this.runAll(key, work);
      return;
    }
    const behind = this.waiting.get(key);
    if (behind) behind.push(work);
    else this.waiting.set(key, [work]);
  }

  private async runAll(key: string, first: Work): Promise<void> {
    for (let work: Work | undefined = first; work; work = this.waiting.get(key)?.shift()) {
      await work();
    }
    this.waiting.delete(key);
  }
}
