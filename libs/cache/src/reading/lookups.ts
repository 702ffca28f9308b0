import type { EntryMaker } from '../entry-maker.js';
import { STAMP_LENGTH, stampOf } from '../entry-format.js';
import type { Entry, Freshness } from '../entry.js';
import type { KeyWatch, KeyWatches } from '../invalidation/key-watches.js';
import { type Marks, type Verdict, judgeBy } from '../invalidation/marks.js';
import { type Kept, type Memory, combine } from '../memory/memory.js';
import { type Timing, plan } from '../memory/timing.js';
import type { CircuitBreaker } from '../outage/circuit-breaker.js';
import type { PendingWrites } from '../outage/pending-writes.js';
import type { RedisLayer } from '../redis/redis-layer.js';

/** What the layers have of a key. */
export interface Found {
  readonly layer: 'memory' | 'redis';
  readonly freshness: Freshness;
  /** Undefined when what is there cannot be read. */
  readonly entry: Entry | undefined;
  /** Redis failed, and the log was not heard of either: it may have been written or deleted. */
  readonly isDoubtful?: boolean;
  /** The first bytes of a value on Redis that is no longer fresh. */
  readonly seen?: Buffer;
}

/** What shares values between processes. */
export interface Shared {
  readonly redis: RedisLayer;
  readonly breaker: CircuitBreaker;
  readonly pending: PendingWrites;
}

export interface LookupsOptions {
  readonly memory: Memory | undefined;
  readonly marks: Marks;
  readonly watches: KeyWatches;
  readonly maker: EntryMaker;
  /** Undefined for memory alone. */
  readonly shared: Shared | undefined;
}

/** Looks for a value: in memory where that may be trusted, on Redis where that answers. */
export class Lookups {
  /** Reads of Redis under way, which others may join. */
  private readonly reads = new Map<string, Promise<Found | undefined>>();

  constructor(private readonly options: LookupsOptions) {}

  async find(key: string, timing: Timing): Promise<Found | undefined> {
    const kept = this.options.memory?.find(key);
    if (kept?.freshness === 'fresh' && kept.isTrusted) return inMemory(kept);
    const starting = this.options.shared?.redis.starting;
    if (starting !== undefined) await starting;
    if (!this.mayAsk(key)) return kept && inMemory(kept);
    try {
      const found = await (this.reads.get(key) ?? this.read(key, timing));
      return found ?? this.staleCopy(kept);
    } catch {
      // What memory has may do, unless the log was not heard of either: such as just after an outage.
      const isDoubtful = this.options.memory?.isTrusted === false;
      return kept && { ...inMemory(kept), isDoubtful };
    }
  }

  /** Whether Redis answers, and has of the key what it should have. */
  mayAsk(key: string): boolean {
    const { shared } = this.options;
    return shared !== undefined && !shared.breaker.isOpen && !shared.pending.hidesKey(key);
  }

  /**
   * Takes in a value as Redis has it: at once, unless Redis must be asked for marks.
   * @throws when that fails.
   */
  takeIn(watch: KeyWatch, bytes: Buffer, timing: Timing): Found | Promise<Found> {
    const entry = this.options.maker.parse(watch.key, bytes);
    if (entry === undefined) {
      // A copy: the rest of what arrived need not stay.
      const seen = Buffer.from(bytes.subarray(0, STAMP_LENGTH));
      return { layer: 'redis', freshness: 'gone', entry, seen };
    }
    const verdict = this.judgeByKnown(entry);
    if (verdict !== 'unknown') return this.takenIn(watch, entry, { verdict, timing });
    return this.judgeByAsking(entry).then((answer) =>
      this.takenIn(watch, entry, { verdict: answer, timing }),
    );
  }

  /** How good an entry of Redis is now. @throws when Redis must be asked for marks and fails. */
  async freshnessOf(entry: Entry): Promise<Freshness> {
    const known = this.judgeByKnown(entry);
    const verdict = known === 'unknown' ? await this.judgeByAsking(entry) : known;
    return combine(entry.freshnessAt(Date.now()), verdict, entry.hasGrace);
  }

  /** Who reads the key from now on reads anew. */
  detach(key: string): void {
    this.reads.delete(key);
  }

  detachAll(): void {
    this.reads.clear();
  }

  private read(key: string, timing: Timing): Promise<Found | undefined> {
    const read: Promise<Found | undefined> = this.readRedis(key, timing, () => {
      if (this.reads.get(key) === read) this.reads.delete(key);
    });
    this.reads.set(key, read);
    return read;
  }

  private async readRedis(
    key: string,
    timing: Timing,
    ended: () => void,
  ): Promise<Found | undefined> {
    const { shared, watches } = this.options;
    if (shared === undefined) return undefined;
    const watch = watches.begin(key);
    try {
      const bytes = await shared.redis.read(key);
      if (bytes === null) return undefined;
      const found = this.takeIn(watch, bytes, timing);
      return found instanceof Promise ? await found : found;
    } finally {
      ended();
      watches.end(watch);
    }
  }

  private takenIn(
    watch: KeyWatch,
    entry: Entry,
    { verdict, timing }: { verdict: Verdict; timing: Timing },
  ): Found {
    const freshness = combine(entry.freshnessAt(Date.now()), verdict, entry.hasGrace);
    if (freshness === 'gone') {
      return { layer: 'redis', freshness, entry: undefined, seen: stampOf(entry) };
    }
    const { memory } = this.options;
    if (memory) memory.keep(watch, entry, timing);
    else plan(entry, timing, true);
    if (freshness === 'fresh') return { layer: 'redis', freshness, entry };
    return { layer: 'redis', freshness, entry, seen: stampOf(entry) };
  }

  /** What the marks say that this process knows, as long as it knows them all. */
  private judgeByKnown(entry: Entry): Verdict {
    const { marks, shared } = this.options;
    if (shared?.pending.hidesTags(entry.tags)) return 'gone';
    return performance.now() < marks.trustedUntil ? marks.judge(entry) : 'unknown';
  }

  private async judgeByAsking(entry: Entry): Promise<Verdict> {
    const { marks, shared } = this.options;
    if (shared === undefined) return 'gone';
    const { epoch } = marks;
    const fetched = await shared.breaker.run(async () => shared.redis.fetchMarks(entry.tags));
    if (fetched === undefined) return 'gone';
    for (const [at, tag] of entry.tags.entries()) {
      const mark = fetched.tags[at];
      // What was forgotten meanwhile may be younger than what was asked for.
      if (mark !== undefined && marks.epoch === epoch) marks.learn(tag, mark);
    }
    return judgeBy(entry, fetched.floor, fetched.tags);
  }

  /** Redis may have evicted what memory still has in its grace. */
  private staleCopy(kept: Kept | undefined): Found | undefined {
    if (kept === undefined || this.options.memory?.isTrusted !== true) return undefined;
    return kept.freshness === 'stale' ? inMemory(kept) : undefined;
  }
}

function inMemory({ entry, freshness }: Kept): Found {
  return { layer: 'memory', freshness, entry };
}
