import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Part } from '../frame/process-host.ts';
import { refusing } from './refusing.ts';
import { type LimitInput, WINDOW_MS } from './consuming.ts';

export default async function start({ redisUrl, prefix, limit }: LimitInput): Promise<Part> {
  const redis = new Redis(redisUrl);
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: prefix,
    points: limit,
    duration: WINDOW_MS / 1_000,
    inMemoryBlockOnConsumed: limit,
  });
  const consume = async () => {
    try {
      await limiter.consume('blocked');
      return true;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return false;
      throw refusal;
    }
  };
  return { ...refusing(consume, limit), stop: async () => redis.quit().then(() => undefined) };
}
