import { randomUUID } from 'node:crypto';

import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';

import { LockManager } from '../src/index.js';

/** A connection to the tests' server, with locks of its own. */
export interface TestRedis {
  readonly redis: RedisClient;
  readonly prefix: string;
  readonly locks: LockManager;
  /** The key that holds the lock on a resource without special characters. */
  lockKey(resource: string): string;
  fenceKey(resource: string): string;
  close(): Promise<void>;
}

export const redisUrl = process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';

export async function openRedis(): Promise<TestRedis> {
  const prefix = `locks-spec-${randomUUID()}`;
  const redis = createRedis({ url: redisUrl, name: 'locks-spec' });
  await whenReady(redis, 10_000);
  return {
    redis,
    prefix,
    locks: new LockManager({ redis, prefix }),
    lockKey: (resource) => `${prefix}:lock:{${resource}}`,
    fenceKey: (resource) => `${prefix}:fence:{${resource}}`,
    close: async () => {
      for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 })) {
        const found = keys as string[];
        if (found.length > 0) await redis.del(...found);
      }
      await closeRedis(redis);
    },
  };
}

export async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
