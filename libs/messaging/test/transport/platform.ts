import { closeRedis, createRedis, type RedisClient, whenReady } from '@trilith/redis';
import { type RedisForTest, redisForTest } from '@trilith/testing';

import { StreamKeys } from '../../src/index.js';
import {
  type ServiceForTest,
  type ServiceForTestOptions,
  startService,
} from './service-for-test.js';

type Start = Omit<ServiceForTestOptions, 'redis' | 'prefix'> & { redis?: { url: string } };

/** Services of one test, which share a part of the server that nobody else uses. */
export class Platform {
  readonly keys: StreamKeys;
  private readonly services: ServiceForTest[] = [];

  private constructor(
    readonly store: RedisForTest,
    /** To look into the streams. */
    readonly redis: RedisClient,
  ) {
    this.keys = new StreamKeys(store.prefix);
  }

  static async create(): Promise<Platform> {
    const store = await redisForTest();
    const redis = createRedis({ url: store.url, name: 'test', commandTimeoutMs: 30_000 });
    await whenReady(redis, 30_000);
    return new Platform(store, redis);
  }

  /** One replica more. */
  async start(options: Start): Promise<ServiceForTest> {
    const { url, prefix } = this.store;
    const service = await startService({ redis: { url }, prefix, ...options });
    this.services.push(service);
    return service;
  }

  /** How many events of a publisher a group has not acknowledged. */
  async pending(publisher: string, group: string): Promise<number> {
    const summary = await this.redis.xpending(this.keys.events(publisher), group);
    return (summary as [count: number])[0];
  }

  /** The fields of each dead letter, oldest first. */
  async deadLetters(publisher: string, group: string): Promise<Record<string, string>[]> {
    const letters = await this.redis.xrange(this.keys.deadLetters(publisher, group), '-', '+');
    return letters.map(([, flat]) => {
      const pairs = flat.map((name, index) => [name, flat[index + 1] ?? ''] as const);
      return Object.fromEntries(pairs.filter((_, index) => index % 2 === 0));
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map(async (service) => service.close()));
    await closeRedis(this.redis);
    await this.store.close();
  }
}
