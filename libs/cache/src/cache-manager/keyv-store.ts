import { EventEmitter } from 'node:events';

import type { CacheScope } from '../cache-scope.js';

/**
 * A {@link TieredCache} as a store of Keyv, for applications that keep `@nestjs/cache-manager` or
 * `cache-manager` and only change what is below: `stores: [new TieredKeyvStore(cache, { ttl })]`.
 * Tags, grace and single-flight need the cache itself.
 */
export class TieredKeyvStore extends EventEmitter {
  readonly opts: { readonly dialect: 'trilith' } = { dialect: 'trilith' };
  namespace?: string;

  /** @param options.ttl for values that are given no lifetime, in milliseconds. Default 60 000 */
  constructor(
    private readonly cache: CacheScope,
    private readonly options: { readonly ttl?: number } = {},
  ) {
    super();
  }

  async get<Value>(key: string): Promise<Value | undefined> {
    return this.cache.get<Value>(key);
  }

  async getMany<Value>(keys: readonly string[]): Promise<(Value | undefined)[]> {
    const found = await this.cache.getMany<Value>(keys);
    return keys.map((key) => found.get(key));
  }

  async has(key: string): Promise<boolean> {
    return this.cache.has(key);
  }

  /** @param ttl milliseconds from now */
  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    const { ttl: otherwise = 60_000 } = this.options;
    await this.cache.set(key, value, { ttlMs: ttl === undefined || ttl <= 0 ? otherwise : ttl });
    return true;
  }

  /** Whether there was one. */
  async delete(key: string): Promise<boolean> {
    const wasThere = await this.cache.has(key);
    await this.cache.delete(key);
    return wasThere;
  }

  async deleteMany(keys: readonly string[]): Promise<boolean> {
    await this.cache.deleteMany(keys);
    return true;
  }

  async clear(): Promise<void> {
    await this.cache.clear();
  }

  /** Leaves the cache open: whoever made it closes it. */
  async disconnect(): Promise<void> {}
}
