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
  /** Puts an owner first in line for a resource, who counts as alive for that long. */
  enqueue(resource: string, waiter: { owner: string; aliveMs: number }): Promise<void>;
  /** Does so at the end, however the test ends: what is left open keeps Jest alive. */
  onClose(close: () => unknown): void;
  /** Ends all that still wait, too. */
  close(): Promise<void>;
}

export async function openRedis(): Promise<TestRedis> {
  const place = await redisForTest();
  const { url, prefix } = place;
  const redis = createRedis({ url, name: 'locks-spec', commandTimeoutMs: 30_000 });
  await whenReady(redis, 10_000);
  const closings: (() => unknown)[] = [];
  return {
    url,
    redis,
    prefix,
    locks: new LockManager({ redis, prefix }),
    lockKey: (resource) => `${prefix}:lock:{${resource}}`,
    fenceKey: (resource) => `${prefix}:fence:{${resource}}`,
    waiting: async (resource) => redis.zcard(`${prefix}:queue:{${resource}}`),
    enqueue: async (resource, { owner, aliveMs }) => {
      const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
      const now = seconds * 1_000 + Math.floor(micros / 1_000);
      await redis.zadd(`${prefix}:queue:{${resource}}`, 1, owner);
      await redis.zadd(`${prefix}:alive:{${resource}}`, now + aliveMs, owner);
    },
    onClose: (close) => void closings.push(close),
    close: async () => {
      for (const close of closings) await close();
      await closeRedis(redis);
      await place.close();
    },
  };
}

export async function delay(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
