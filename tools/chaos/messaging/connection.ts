import { Redis } from 'ioredis';

/** Runs the work with a connection of its own. */
export async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { commandTimeout: 30_000 });
  // Without a listener ioredis prints each failed try; the command fails with the same reason.
  redis.on('error', () => undefined);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
