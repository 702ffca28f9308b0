import { RateLimiter, slidingWindow } from '@trilith/rate-limit';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import type { Part } from '../frame/process-host.ts';
import { refusing } from './refusing.ts';
import { type LimitInput, WINDOW_MS } from './consuming.ts';

export default async function start({ redisUrl, prefix, limit }: LimitInput): Promise<Part> {
  const redis = createRedis({ url: redisUrl, name: 'bench' });
  await whenReady(redis, 10_000);
  const limiter = new RateLimiter({ redis, prefix, deadlineMs: 30_000 });
  const policy = slidingWindow({ name: 'blocked', limit, windowMs: WINDOW_MS });
  const check = { policy, key: 'blocked' };
  const consume = async () => (await limiter.consume(check)).allowed;
  return { ...refusing(consume, limit), stop: async () => closeRedis(redis) };
}
