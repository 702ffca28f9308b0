import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';

import { LockManager } from '../src/index.js';

/** A connection to the tests' server, with locks of its own. */
export interface TestRedis {
  readonly url: string;
  readonly redis: RedisClient;
  readonly prefix: string;
  readonly locks: LockManager;
  /** The key that holds the lock on a resource without special characters. */
  lockKey(resource: string): string;
  fenceKey(resource: string): string;
  /** How many wait for a resource, as Redis knows. */
  waiting(resource: string): Promise<number>;
  close(): Promise<void>;
}

export async function openRedis(): Promise<TestRedis> {
  const place = await redisForTest();
  const { url, prefix } = place;
  const redis = createRedis({ url, name: 'locks-spec' });
  await whenReady(redis, 10_000);
  return {
    url,
    redis,
    prefix,
    locks: new LockManager({ redis, prefix }),
    lockKey: (resource) => `${prefix}:lock:{${resource}}`,
    fenceKey: (resource) => `${prefix}:fence:{${resource}}`,
    waiting: async (resource) => redis.zcard(`${prefix}:queue:{${resource}}`),
    close: async () => {
      await closeRedis(redis);
      await place.close();
    },
  };
}

export async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
