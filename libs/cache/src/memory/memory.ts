import type { Entry, Freshness } from '../entry.js';
import type { KeyWatch } from '../invalidation/key-watches.js';
import type { Marks, Verdict } from '../invalidation/marks.js';
import type { CoarseClock } from './clock.js';
import type { MemoryLayer } from './memory-layer.js';
import { type Timing, plan } from './timing.js';

export interface MemoryOptions {
  readonly layer: MemoryLayer;
  readonly marks: Marks;
  readonly clock: CoarseClock;
  readonly hasRedis: boolean;
}

/** An entry of memory and how good it is. */
export interface Kept {
  readonly entry: Entry;
  readonly freshness: Exclude<Freshness, 'gone'>;
  /** False: Redis should be asked, if it answers. */
  readonly isTrusted: boolean;
}

/** The memory layer with the rules of when it may answer. */
export class Memory {
  private readonly layer: MemoryLayer;
  private readonly marks: Marks;
  private readonly clock: CoarseClock;

  constructor(private readonly options: MemoryOptions) {
    ({ layer: this.layer, marks: this.marks, clock: this.clock } = options);
  }

  /** The entry when it can be served with no second thought: most hits are this. */
  hot(key: string): Entry | undefined {
    const entry = this.layer.get(key);
    if (entry === undefined) return undefined;
    const now = this.clock.now();
    if (now >= entry.hotUntil || now >= this.marks.trustedUntil) return undefined;
    if (entry.marksSeen !== this.marks.changes) {
      if (this.marks.judge(entry) !== 'valid') return undefined;
      entry.marksSeen = this.marks.changes;
    }
    return entry;
  }

  /** Whatever can be served at all, with what is to be thought of it. */
  find(key: string): Kept | undefined {
    const entry = this.layer.get(key);
    if (entry === undefined) return undefined;
    const verdict = this.marks.judge(entry);
    const freshness = combine(entry.freshnessAt(Date.now()), verdict, entry.hasGrace);
    if (freshness === 'gone') {
      if (verdict === 'gone') this.layer.delete(key);
      return undefined;
    }
    const now = this.clock.now();
    const isTrusted = now < entry.memoryUntil && now < this.marks.trustedUntil;
    return { entry, freshness, isTrusted };
  }

  /** Whether it is known that no invalidation was missed. */
  get isTrusted(): boolean {
    return this.clock.now() < this.marks.trustedUntil;
  }

  /** Whether a hit on it should load it anew in the background. */
  isRefreshDue(entry: Entry): boolean {
    return this.clock.now() >= entry.refreshAt;
  }

  /** Keeps an entry, unless its key was written since it was read or loaded. */
  keep(watch: KeyWatch, entry: Entry, timing: Timing): void {
    if (watch.overtakenBy > entry.position) return;
    plan(entry, timing, this.options.hasRedis);
    this.layer.put(watch.key, entry);
  }
}

/** How good an entry is by time and marks together. */
export function combine(byTime: Freshness, byMarks: Verdict, hasGrace: boolean): Freshness {
  if (byTime === 'gone' || byMarks === 'gone' || byMarks === 'unknown') return 'gone';
  if (byMarks === 'stale') return hasGrace ? 'stale' : 'gone';
  return byTime;
}
