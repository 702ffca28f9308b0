import type { CacheEvents } from '../cache-events.js';
import type { CacheStats } from '../cache-stats.js';
import { stampOf } from '../entry-format.js';
import type { EntryMaker } from '../entry-maker.js';
import type { Entry } from '../entry.js';
import type { ResolvedEntryOptions } from '../entry.options.js';
import type { Loader } from '../loading/loader.js';
import type { Loads } from '../loading/loads.js';
import type { Found, Lookups } from './lookups.js';

export interface ReadsOptions {
  readonly lookups: Lookups;
  readonly loads: Loads;
  readonly maker: EntryMaker;
  readonly stats: CacheStats;
  readonly events: CacheEvents;
}

/** A read that may load. */
export interface Wanted {
  readonly key: string;
  readonly loader: Loader<unknown>;
  readonly options: ResolvedEntryOptions;
}

/** Serves what the layers have, counts it, and has loaded what they do not. */
export class Reads {
  constructor(private readonly parts: ReadsOptions) {}

  /** The value of an entry that memory may answer with at once. */
  hit(key: string, entry: Entry): unknown {
    const { stats, events, maker } = this.parts;
    stats.memoryHits += 1;
    if (events.has('hit')) events.emit('hit', { key, layer: 'memory', isStale: false });
    return maker.read(entry);
  }

  /** What is found without loading, if it will do. */
  async find(
    key: string,
    options: ResolvedEntryOptions,
    allowStale: boolean,
  ): Promise<Entry | undefined> {
    const found = await this.parts.lookups.find(key, options);
    const isGood = found?.freshness === 'fresh' && found.isDoubtful !== true;
    const isUsable = isGood || (allowStale && found?.entry !== undefined);
    if (found === undefined || !isUsable) this.missed(key);
    else this.count(key, found);
    return isUsable ? found?.entry : undefined;
  }

  /**
   * What is found, or else loaded, as `present` makes it: handing it on costs no further promise.
   * @throws {LoaderTimeoutError}, or what the loader throws, where there is no stale one.
   */
  async fetch<Presented>(
    { key, loader, options }: Wanted,
    present: (entry: Entry, isStale: boolean) => Presented,
  ): Promise<Presented> {
    const { lookups, loads } = this.parts;
    const found = await lookups.find(key, options);
    const { entry, freshness, seen } = found ?? {};
    if (entry !== undefined && found?.isDoubtful === true) {
      return this.replace(entry, { key, loader, options }, present);
    }
    if (entry !== undefined && found !== undefined && freshness === 'fresh') {
      this.count(key, found);
      if (performance.now() >= entry.refreshAt) {
        entry.refreshFrom(performance.now() + options.leaseMs);
        loads.refresh({ key, loader, options, stale: entry, seen: stampOf(entry) });
      }
      return present(entry, false);
    }
    if (entry === undefined) this.missed(key);
    const stale = freshness === 'stale' ? entry : undefined;
    const obtained = await loads.obtain({ key, loader, options, stale, seen });
    const isStale = obtained === stale;
    if (isStale && found !== undefined) this.count(key, found);
    return present(obtained, isStale);
  }

  /** What the loader gives; what is there and may have been written since, only if it fails. */
  private async replace<Presented>(
    doubtful: Entry,
    wanted: Wanted,
    present: (entry: Entry, isStale: boolean) => Presented,
  ): Promise<Presented> {
    const { key } = wanted;
    try {
      const obtained = await this.parts.loads.obtain(wanted);
      this.missed(key);
      return present(obtained, false);
    } catch {
      this.count(key, { layer: 'memory', freshness: 'stale', entry: doubtful });
      return present(doubtful, true);
    }
  }

  private count(key: string, { layer, freshness }: Found): void {
    const { stats, events } = this.parts;
    const isStale = freshness === 'stale';
    if (isStale) stats.staleHits += 1;
    else if (layer === 'memory') stats.memoryHits += 1;
    else stats.redisHits += 1;
    if (events.has('hit')) events.emit('hit', { key, layer, isStale });
  }

  private missed(key: string): void {
    const { stats, events } = this.parts;
    stats.misses += 1;
    if (events.has('miss')) events.emit('miss', { key });
  }
}
