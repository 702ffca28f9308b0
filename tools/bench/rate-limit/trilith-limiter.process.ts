import { RateLimiter, slidingWindow } from '@trilith/rate-limit';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import type { Part } from '../frame/process-host.ts';
import { consuming, type LimitInput, WINDOW_MS } from './consuming.ts';

export default async function start(input: LimitInput): Promise<Part> {
  const redis = createRedis({ url: input.redisUrl, name: 'bench', commandTimeoutMs: 30_000 });
  await whenReady(redis, 10_000);
  const limiter = new RateLimiter({
    redis,
    prefix: input.prefix,
    deadlineMs: 30_000,
    // Every call asks Redis.
    blockedKeys: 0,
  });
  const policy = slidingWindow({ name: 'bench', limit: input.limit, windowMs: WINDOW_MS });
  const consume = async (key: string) => (await limiter.consume({ policy, key })).allowed;
  return { ...consuming(consume, input), stop: async () => closeRedis(redis) };
}
