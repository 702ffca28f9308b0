import { EventEmitter } from 'node:events';

import type { CacheScope } from '../cache-scope.js';
import type { EntryOptions } from '../entry.options.js';

/** Milliseconds, or what tells them by the value. */
export type Lifetime<Value> = number | ((value: Value) => number);

export interface WrapOptions<Value> {
  ttl?: Lifetime<Value>;
  /** What of `ttl` is left when a hit begins to load the value anew. */
  refreshThreshold?: Lifetime<Value>;
}

/** A value with the moment, in milliseconds of the time of day, when its `ttl` is over. */
export interface RawValue<Value> {
  value: Value;
  expires?: number;
}

export interface CacheManagerOptions {
  name: string;
  /** For values that are given no lifetime of their own, in milliseconds. */
  ttl: number;
}

/** Told of one thing that was done: see the events of `cache-manager`. */
type Listener = (facts: unknown) => void;

type Item = { key: string; value: unknown; ttl?: number };

/**
 * The methods of `cache-manager` 7 on a {@link TieredCache}: what is injected as `CACHE_MANAGER`.
 * Nothing fails or hangs because Redis is away, and `wrap` runs one loader in the fleet.
 *
 * Differs in this: a lifetime of 0 or none is the option `ttl`, for nothing is kept for ever;
 * `stores` is empty; `disconnect` leaves closing to the module.
 */
export class CacheManager {
  readonly stores: readonly never[] = [];
  private readonly events = new EventEmitter();

  constructor(
    private readonly cache: CacheScope,
    private readonly options: CacheManagerOptions,
  ) {}

  async get<Value>(key: string): Promise<Value | undefined> {
    const value = await this.cache.get<Value>(key);
    this.events.emit('get', { key, value });
    return value;
  }

  async mget<Value>(keys: readonly string[]): Promise<(Value | undefined)[]> {
    const found = await this.cache.getMany<Value>(keys);
    const values = keys.map((key) => found.get(key));
    this.events.emit('mget', { keys, values });
    return values;
  }

  /** The moment when the value's lifetime is over, in milliseconds of the time of day. */
  async ttl(key: string): Promise<number | undefined> {
    const { memory, redis } = await this.cache.inspect(key);
    const freshForMs = (memory ?? redis)?.freshForMs;
    return freshForMs === undefined || freshForMs <= 0 ? undefined : Date.now() + freshForMs;
  }

  async set<Value>(key: string, value: Value, ttl?: number): Promise<Value> {
    await this.cache.set(key, value, this.keptFor(ttl));
    this.events.emit('set', { key, value });
    return value;
  }

  async mset<List extends readonly Item[]>(list: List): Promise<List> {
    await Promise.all(
      list.map(({ key, value, ttl }) => this.cache.set(key, value, this.keptFor(ttl))),
    );
    this.events.emit('mset', { list });
    return list;
  }

  async del(key: string): Promise<true> {
    await this.cache.delete(key);
    this.events.emit('del', { key });
    return true;
  }

  async mdel(keys: readonly string[]): Promise<true> {
    await this.cache.deleteMany(keys);
    for (const key of keys) this.events.emit('del', { key });
    return true;
  }

  async clear(): Promise<true> {
    await this.cache.clear();
    this.events.emit('clear');
    return true;
  }

  wrap<Value>(
    key: string,
    load: () => Value | Promise<Value>,
    ttl?: Lifetime<Value>,
    refreshThreshold?: Lifetime<Value>,
  ): Promise<Value>;
  wrap<Value>(
    key: string,
    load: () => Value | Promise<Value>,
    options: WrapOptions<Value> & { raw: true },
  ): Promise<RawValue<Value>>;
  wrap<Value>(
    key: string,
    load: () => Value | Promise<Value>,
    options: WrapOptions<Value>,
  ): Promise<Value>;
  async wrap<Value>(
    key: string,
    load: () => Value | Promise<Value>,
    given?: Lifetime<Value> | (WrapOptions<Value> & { raw?: true }),
    threshold?: Lifetime<Value>,
  ): Promise<Value | RawValue<Value>> {
    const options = typeof given === 'object' ? given : { ttl: given, refreshThreshold: threshold };
    const value = await this.cache.getOrSet<Value>(key, async (context) => {
      const loaded = await load();
      context.set(this.timingOf(loaded, options));
      return loaded;
    });
    if (!('raw' in options) || options.raw !== true) return value;
    return { value, expires: await this.ttl(key) };
  }

  on(event: string, listener: Listener): EventEmitter {
    return this.events.on(event, listener);
  }

  off(event: string, listener: Listener): EventEmitter {
    return this.events.off(event, listener);
  }

  async disconnect(): Promise<undefined> {}

  cacheId(): string {
    return this.options.name;
  }

  private keptFor(ttl: number | undefined): { ttlMs: number } {
    return { ttlMs: ttl === undefined || ttl <= 0 ? this.options.ttl : Math.ceil(ttl) };
  }

  private timingOf<Value>(
    value: Value,
    { ttl, refreshThreshold }: WrapOptions<Value>,
  ): Pick<EntryOptions, 'ttlMs' | 'earlyRefresh'> {
    const { ttlMs } = this.keptFor(lifetimeOf(value, ttl));
    const left = lifetimeOf(value, refreshThreshold) ?? 0;
    // In its last part a hit refreshes; a part as long as the whole would refresh at every hit.
    return left > 0 && left < ttlMs ? { ttlMs, earlyRefresh: 1 - left / ttlMs } : { ttlMs };
  }
}

function lifetimeOf<Value>(value: Value, given: Lifetime<Value> | undefined): number | undefined {
  return typeof given === 'function' ? given(value) : given;
}
