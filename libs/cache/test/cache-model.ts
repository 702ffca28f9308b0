/** How a value is written. */
export interface Written {
  readonly tags: string[];
  readonly graceMs: number;
}

/** A value as it is kept. */
interface Cell extends Written {
  readonly value: string;
  readonly isStale: boolean;
}

/**
 * What a cache without layers would hold. Each key keeps its whole history: a replica that has not
 * heard of the last writes may still answer with an earlier state, but with none from before the
 * last time that it was known to have heard of everything, or acted itself on the key.
 */
export class Model {
  private readonly history: Map<string, (Cell | undefined)[]>;
  private readonly from = new Map<string, number>();

  constructor(private readonly keys: readonly string[]) {
    this.history = new Map(keys.map((key) => [key, [undefined]]));
  }

  now(key: string): Cell | undefined {
    return this.history.get(key)?.at(-1);
  }

  write(replica: number, key: string, cell: Cell | undefined): void {
    this.history.get(key)?.push(cell);
    this.catchUp(replica, key);
  }

  expire(replica: number, key: string): void {
    const cell = this.now(key);
    const isKept = cell !== undefined && cell.graceMs > 0;
    this.write(replica, key, isKept ? { ...cell, isStale: true } : undefined);
  }

  /** All that have the tag, or everything. */
  sweep(tag: string | undefined, change: (key: string) => void): void {
    for (const key of this.keys) {
      const cell = this.now(key);
      if (cell !== undefined && (tag === undefined || cell.tags.includes(tag))) change(key);
    }
  }

  /** The replica knows the newest state of the key from now on. */
  catchUp(replica: number, key: string): void {
    this.from.set(`${replica} ${key}`, (this.history.get(key)?.length ?? 1) - 1);
  }

  allows(replica: number, key: string, value: unknown, allowStale = false): boolean {
    const from = this.from.get(`${replica} ${key}`) ?? 0;
    const states = (this.history.get(key) ?? []).slice(from);
    return states.some((cell) => valueOf(cell, allowStale) === value);
  }
}

/** What a read gets of it. */
export function valueOf(cell: Cell | undefined, allowStale: boolean): string | undefined {
  return cell?.isStale === true && !allowStale ? undefined : cell?.value;
}
