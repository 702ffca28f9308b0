import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { storeUrl } from './store-urls.js';

/** A part of the key space that only one test, or file of tests, uses. */
export interface RedisForTest {
  readonly url: string;
  /** Put it at the front of every key, or into its hash tag. */
  readonly prefix: string;
  /** Removes every key that has the prefix in its name. */
  close(): Promise<void>;
}

/** A key prefix that nobody else uses. It has no character that a pattern or hash tag gives meaning. */
export async function redisForTest(): Promise<RedisForTest> {
  const url = storeUrl('REDIS_URL');
  const prefix = `test-${randomUUID()}`;
  await withRedis(url, async (redis) => redis.ping());
  return {
    url,
    prefix,
    close: async () => withRedis(url, async (redis) => removeKeys(redis, `*${prefix}*`)),
  };
}

async function removeKeys(redis: Redis, pattern: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: pattern, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(keys);
  }
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, {
    lazyConnect: true,
    commandTimeout: 10_000,
    connectTimeout: 10_000,
  });
  // Without a listener ioredis prints each failed try; the command fails with the same reason.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
