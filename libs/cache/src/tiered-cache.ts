import { CacheCore } from './cache-core.js';
import type { CacheEventName, CacheListener, ObservedCache } from './cache-events.js';
import { CacheScope } from './cache-scope.js';
import type { CacheGauges, CacheStats } from './cache-stats.js';
import { type TieredCacheOptions, resolveCacheOptions } from './cache.options.js';

/**
 * A cache in layers: memory of this process, Redis that all processes share, and the loader that asks
 * the source.
 *
 * @example
 * const cache = new TieredCache({ name: 'users', redis: { url } });
 * const user = await cache.getOrSet(`user:${id}`, () => users.find(id), {
 *   ttlMs: 60_000,
 *   graceMs: 600_000,
 *   tags: [`team:${teamId}`],
 * });
 */
export class TieredCache extends CacheScope implements ObservedCache, AsyncDisposable {
  /** Connects in the background. @throws {CacheOptionError} when an option is wrong. */
  constructor(options: TieredCacheOptions) {
    const core = new CacheCore(resolveCacheOptions(options));
    super(core, { prefix: '', tags: [] });
    core.options.observer?.attached?.(this);
  }

  get name(): string {
    return this.core.options.name;
  }

  /**
   * Waits until this process follows the log of invalidations, from when on memory answers; without
   * Redis, not at all. Nothing needs to wait for it: until then, Redis or loaders answer.
   */
  async whenSynced(): Promise<void> {
    return this.core.whenSynced;
  }

  /** Listens to what happens. Returns what ends it. */
  on<Name extends CacheEventName>(name: Name, listener: CacheListener<Name>): () => void {
    return this.core.events.on(name, listener);
  }

  /** What was counted since the cache was made, and what holds now. */
  stats(): Readonly<CacheStats & CacheGauges> {
    return { ...this.core.stats, ...this.core.gauges() };
  }

  /** Lets loaders finish for up to a second and closes the connections. Calls fail from then on. */
  async close(): Promise<void> {
    return this.core.close();
  }

  /** Closes, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
