import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';

import { RateLimiter, type RateLimiterOptions } from '../src/index.js';

/** A connection to the tests' server, with limiters of its own. */
export interface TestRedis {
  readonly url: string;
  readonly redis: RedisClient;
  readonly prefix: string;
  /** With a deadline that a busy machine keeps. */
  limiter(options?: Partial<RateLimiterOptions>): RateLimiter;
  /** Every key that was written under the prefix. */
  keys(): Promise<string[]>;
  /** @throws when a key was left that does not expire: no test's work may leave one. */
  close(): Promise<void>;
}

export async function openRedis(): Promise<TestRedis> {
  const place = await redisForTest();
  const { url, prefix } = place;
  const redis = createRedis({ url, name: 'rate-limit-spec', commandTimeoutMs: 30_000 });
  await whenReady(redis, 10_000);
  const keys = async () => {
    const found: string[] = [];
    let cursor = '0';
    do {
      const [next, some] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000);
      found.push(...some);
      cursor = next;
    } while (cursor !== '0');
    return found;
  };
  return {
    url,
    redis,
    prefix,
    limiter: (options) => new RateLimiter({ redis, prefix, deadlineMs: 30_000, ...options }),
    keys,
    close: async () => {
      const lasting: string[] = [];
      for (const key of await keys()) if ((await redis.pttl(key)) === -1) lasting.push(key);
      await closeRedis(redis);
      await place.close();
      if (lasting.length > 0) throw new Error(`keys that never expire: ${lasting.join()}`);
    },
  };
}
