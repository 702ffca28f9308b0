import { LRUCache } from 'lru-cache';

import type { CacheEvents } from '../cache-events.js';
import type { CacheStats } from '../cache-stats.js';
import { LoaderTimeoutError } from '../cache.errors.js';
import type { Entry } from '../entry.js';
import { within } from './deadline.js';
import { Load, type LoadParts, type LoadRequest } from './load.js';

export interface LoadsOptions extends LoadParts {
  readonly stats: CacheStats;
  readonly events: CacheEvents;
}

/** Keys whose loader failed lately; more are tried again too early. */
const mostBackoffs = 10_000;

/** Runs loaders: one per key in this process, and by the lease one in the fleet. */
export class Loads {
  private readonly underWay = new Map<string, Load>();
  private readonly running = new Set<Promise<unknown>>();
  private readonly backoffs = new LRUCache<string, number>({ max: mostBackoffs });

  constructor(private readonly options: LoadsOptions) {}

  /**
   * The loaded entry; the stale one when that takes too long or fails.
   * @throws {LoaderTimeoutError}, or what the loader throws, where there is no stale one.
   */
  async obtain(request: LoadRequest): Promise<Entry> {
    const { key, stale, options } = request;
    if (stale === undefined) {
      const { hardTimeoutMs } = options;
      return within(this.result(request), hardTimeoutMs, () => {
        throw new LoaderTimeoutError(key, hardTimeoutMs);
      });
    }
    if ((this.backoffs.get(key) ?? 0) > performance.now()) return stale;
    const result = this.result(request).catch(() => stale);
    return options.softTimeoutMs === 0 ? stale : within(result, options.softTimeoutMs, () => stale);
  }

  /** Loads in the background, unless somebody in the fleet does. */
  refresh(request: LoadRequest): void {
    const { key } = request;
    if (this.underWay.has(key) || (this.backoffs.get(key) ?? 0) > performance.now()) return;
    this.begin(request, false).result.catch(() => undefined);
  }

  /** Nobody may join what has been loading since before the position. */
  detach(key: string, position: number): void {
    const load = this.underWay.get(key);
    if (load !== undefined && (load.position ?? 0) < position) this.underWay.delete(key);
  }

  detachAll(): void {
    this.underWay.clear();
  }

  /** Waits for all that run, for so long. */
  async settle(timeoutMs: number): Promise<void> {
    await within(
      Promise.allSettled(this.running).then(() => undefined),
      timeoutMs,
      () => undefined,
    );
  }

  private async result(request: LoadRequest): Promise<Entry> {
    const joined = this.underWay.get(request.key);
    if (joined !== undefined) {
      this.options.stats.coalesced += 1;
      this.options.events.emit('coalesced', { key: request.key });
      joined.mayWait = true;
      const entry = await joined.result;
      if (entry !== undefined) return entry;
    }
    const load = this.underWay.get(request.key) ?? this.begin(request, true);
    const entry = await load.result;
    // A refresh that left the work to another process: this caller needs a value.
    return entry ?? this.result(request);
  }

  private begin(request: LoadRequest, mayWait: boolean): Load {
    const load = new Load(request, this.options);
    load.mayWait = mayWait;
    this.underWay.set(request.key, load);
    load.result = this.run(load);
    this.running.add(load.result);
    void load.result.catch(() => undefined).finally(() => this.running.delete(load.result));
    return load;
  }

  private async run(load: Load): Promise<Entry | undefined> {
    const { key, options } = load.request;
    try {
      const entry = await load.run();
      this.backoffs.delete(key);
      return entry;
    } catch (error) {
      if (load.request.stale !== undefined) {
        this.backoffs.set(key, performance.now() + options.graceBackoffMs);
      }
      throw error;
    } finally {
      if (this.underWay.get(key) === load) this.underWay.delete(key);
    }
  }
}
