import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Part } from '../frame/process-host.ts';
import { consuming, type LimitInput, WINDOW_MS } from './consuming.ts';

export default async function start(input: LimitInput): Promise<Part> {
  const redis = new Redis(input.redisUrl, { enableAutoPipelining: true });
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: input.prefix,
    points: input.limit,
    duration: WINDOW_MS / 1_000,
  });
  const consume = async (key: string) => {
    try {
      await limiter.consume(key);
      return true;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return false;
      throw refusal;
    }
  };
  return { ...consuming(consume, input), stop: async () => redis.quit().then(() => undefined) };
}
