import {
  type CacheRedisOptions,
  type CacheGauges,
  type CacheStats,
  type EntryOptions,
  TieredCache,
} from '@trilith/cache';
import { Redis } from 'ioredis';

/** How one of the fleet caches versions. */
export interface FleetCache {
  read(key: string, load: () => Promise<number>, options?: EntryOptions): Promise<number>;
  /** The source first, then the cache. */
  write(key: string, persist: () => Promise<number>): Promise<unknown>;
  remove(key: string): Promise<unknown>;
  removeTag(tag: string): Promise<unknown>;
  isAway(): boolean;
  stats(): Partial<CacheStats & CacheGauges>;
  close(): Promise<void>;
}

/** Ours. */
export class OurCache implements FleetCache {
  private readonly cache: TieredCache;

  constructor(redis: Pick<CacheRedisOptions, 'url' | 'commandTimeoutMs'>, defaults: EntryOptions) {
    this.cache = new TieredCache({ name: 'fleet', redis: { ...redis, prefix: 'chaos' }, defaults });
  }

  async ready(): Promise<this> {
    await this.cache.whenSynced();
    return this;
  }

  async read(key: string, load: () => Promise<number>, options?: EntryOptions): Promise<number> {
    return this.cache.getOrSet(key, load, options);
  }

  async write(key: string, persist: () => Promise<number>): Promise<unknown> {
    return this.cache.writeThrough(key, 0, persist);
  }

  async remove(key: string): Promise<unknown> {
    return this.cache.delete(key);
  }

  async removeTag(tag: string): Promise<unknown> {
    return this.cache.deleteByTag(tag);
  }

  isAway(): boolean {
    return this.cache.stats().isRedisAway;
  }

  stats(): Partial<CacheStats & CacheGauges> {
    return this.cache.stats();
  }

  async close(): Promise<void> {
    await this.cache.close();
  }
}

const CHANNEL = 'naive-bus';

/**
 * The control: memory before GET and SET, and a bus of published keys. It is what one writes in an
 * afternoon, with ioredis as it comes.
 */
export class NaiveCache implements FleetCache {
  private readonly memory = new Map<string, number>();
  private readonly redis: Redis;
  private readonly bus: Redis;

  constructor(
    url: string,
    private readonly ttlMs: number,
  ) {
    this.redis = new Redis(url);
    this.bus = new Redis(url);
    for (const connection of [this.redis, this.bus]) connection.on('error', () => undefined);
    this.bus.on('message', (_channel, key) => this.memory.delete(key));
  }

  async ready(): Promise<this> {
    await this.bus.subscribe(CHANNEL);
    return this;
  }

  async read(key: string, load: () => Promise<number>): Promise<number> {
    const kept = this.memory.get(key) ?? (await this.redis.get(`naive:${key}`));
    const value = kept === null ? await load() : Number(kept);
    if (kept === null) await this.keep(key, value);
    this.memory.set(key, value);
    return value;
  }

  async write(key: string, persist: () => Promise<number>): Promise<unknown> {
    await this.keep(key, await persist());
    return this.redis.publish(CHANNEL, key);
  }

  async remove(key: string): Promise<unknown> {
    await this.redis.del(`naive:${key}`);
    return this.redis.publish(CHANNEL, key);
  }

  /** It has no tags: it removes the key of that name. */
  async removeTag(tag: string): Promise<unknown> {
    return this.remove(tag);
  }

  isAway(): boolean {
    return this.redis.status !== 'ready';
  }

  stats(): Partial<CacheStats & CacheGauges> {
    return {};
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    this.bus.disconnect();
  }

  private async keep(key: string, value: number): Promise<void> {
    await this.redis.set(`naive:${key}`, value, 'PX', this.ttlMs);
  }
}
