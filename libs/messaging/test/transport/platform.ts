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

  /** The streams of a publisher's partitions. */
  async streams(publisher: string): Promise<string[]> {
    const count = Number(await this.redis.hget(this.keys.layout(publisher), 'partitions'));
    return Array.from({ length: count }, (_, n) => this.keys.partition(publisher, n));
  }

  /** How many events of a publisher a group was given and has not acknowledged. */
  async pending(publisher: string, group: string): Promise<number> {
    const summaries = (await this.streams(publisher)).map(async (stream) => {
      const [count] = (await this.redis.xpending(stream, group)) as [count: number];
      return count;
    });
    return (await Promise.all(summaries)).reduce((sum, count) => sum + count, 0);
  }

  /** How many events of a publisher are in its streams. */
  async length(publisher: string): Promise<number> {
    const streams = await this.streams(publisher);
    const lengths = await Promise.all(streams.map(async (stream) => this.redis.xlen(stream)));
    return lengths.reduce((sum, count) => sum + count, 0);
  }

  /** Cuts each connection of a service's replicas, but for those that hear replies. */
  async breakConnections(service: string): Promise<void> {
    const clients = (await this.redis.client('LIST', 'TYPE', 'NORMAL')) as string;
    const ofService = ` name=${this.store.prefix}:${service}-`;
    for (const line of clients.split('\n').filter((client) => client.includes(ofService))) {
      await this.redis.client('KILL', 'ID', Number(/^id=(\d+)/.exec(line)?.[1]));
    }
  }

  /** The fields of each dead letter, oldest first. */
  async deadLetters(publisher: string, group: string): Promise<Record<string, string>[]> {
    return this.entries(this.keys.deadLetters(publisher, group));
  }

  /** The fields of each entry of a stream, oldest first. */
  async entries(stream: string): Promise<Record<string, string>[]> {
    const entries = await this.redis.xrange(stream, '-', '+');
    return entries.map(([, flat]) => {
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
