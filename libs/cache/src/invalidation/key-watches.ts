/** What was heard of a key while somebody reads, loads or writes it. */
export interface KeyWatch {
  readonly key: string;
  /** The position of a write that came to be known meanwhile; 0 for none. What is older is not kept. */
  readonly overtakenBy: number;
}

interface OpenWatch {
  readonly key: string;
  overtakenBy: number;
  holders: number;
}

/**
 * Answers of Redis and records of its log travel on connections of their own, so that a record may
 * overtake an answer that is older. Whoever is going to keep a value in memory watches its key
 * from before it asks.
 */
export class KeyWatches {
  private readonly open = new Map<string, OpenWatch>();

  begin(key: string): KeyWatch {
    let watch = this.open.get(key);
    if (watch === undefined) {
      watch = { key, overtakenBy: 0, holders: 0 };
      this.open.set(key, watch);
    }
    watch.holders += 1;
    return watch;
  }

  end(watch: KeyWatch): void {
    const open = watch as OpenWatch;
    open.holders -= 1;
    if (open.holders === 0 && this.open.get(open.key) === open) this.open.delete(open.key);
  }

  /** The key was written at the position. Whoever begins from now on sees that write. */
  note(key: string, position: number): void {
    const watch = this.open.get(key);
    if (watch === undefined) return;
    watch.overtakenBy = Math.max(watch.overtakenBy, position);
    this.open.delete(key);
  }

  /** Anything may have been written, up to the position. */
  noteAll(position: number): void {
    for (const watch of this.open.values()) {
      watch.overtakenBy = Math.max(watch.overtakenBy, position);
    }
    this.open.clear();
  }
}
