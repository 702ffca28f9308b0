import { ThrottlerStorageRedisService } from '@nest-lab/throttler-storage-redis';
import { Redis } from 'ioredis';
import type { Part } from '../frame/process-host.ts';
import { consuming, type LimitInput, WINDOW_MS } from './consuming.ts';

/** The storage as @nestjs/throttler's guard calls it, without the guard. */
export default async function start(input: LimitInput): Promise<Part> {
  const redis = new Redis(input.redisUrl, { enableAutoPipelining: true });
  const storage = new ThrottlerStorageRedisService(redis);
  const consume = async (key: string) => {
    const name = `${input.prefix}:${key}`;
    const hit = await storage.increment(name, WINDOW_MS, input.limit, WINDOW_MS, 'default');
    return !hit.isBlocked;
  };
  return { ...consuming(consume, input), stop: async () => redis.quit().then(() => undefined) };
}
