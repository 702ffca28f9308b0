import type { RedisClient } from '@trilith/redis';
import { type RedisForTest, redisForTest } from '@trilith/testing';

import type { CacheCore } from '../src/cache-core.js';
import { type CacheRedisOptions, TieredCache, type TieredCacheOptions } from '../src/index.js';

/** Times that no slow machine breaks; tests of faults say their own. */
const patient = { commandTimeoutMs: 10_000, startTimeoutMs: 30_000 };

/** The parts of a cache, for faults that cannot be made from outside. */
function coreOf(cache: TieredCache): CacheCore {
  return (cache as unknown as { core: CacheCore }).core;
}

/** The connection on which a cache sends its commands. */
export function clientOf(cache: TieredCache): RedisClient {
  const { shared } = coreOf(cache);
  if (shared === undefined) throw new Error('this cache has no Redis');
  return shared.redis.client;
}

/** What arrives on its connection to the log is never read; commands go on, on their own. */
export function pauseLog(cache: TieredCache): void {
  const { follower } = coreOf(cache) as unknown as {
    follower: { connection: { stream: { pause(): void } } };
  };
  follower.connection.stream.pause();
}

/** Processes' caches of one name, on keys that no other test uses. */
export class Replicas implements AsyncDisposable {
  private readonly opened: TieredCache[] = [];

  private constructor(readonly place: RedisForTest) {}

  /** @param place closed with the replicas. Default: a part of the Redis that tests share. */
  static async create(place?: RedisForTest): Promise<Replicas> {
    return new Replicas(place ?? (await redisForTest()));
  }

  /** One more replica, which follows the log when this resolves. */
  async start(
    options: Partial<Omit<TieredCacheOptions, 'redis'>> = {},
    redis: Partial<CacheRedisOptions> = {},
  ): Promise<TieredCache> {
    const cache = this.open(options, redis);
    await cache.whenSynced();
    return cache;
  }

  /** One more replica, as it is before it is connected. */
  open(
    options: Partial<Omit<TieredCacheOptions, 'redis'>> = {},
    redis: Partial<CacheRedisOptions> = {},
  ): TieredCache {
    const { url, prefix } = this.place;
    const cache = new TieredCache({
      name: 'test',
      ...options,
      redis: { url, prefix, ...patient, ...redis },
    });
    this.opened.push(cache);
    return cache;
  }

  /** The key on Redis of one of: `v:<key>`, `l:<key>`, `log`, `marks`. */
  redisKey(name: string): string {
    return `${this.place.prefix}:{cache:test}:${name}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map(async (cache) => cache.close()));
    await this.place.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
