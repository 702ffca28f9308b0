import { type Policy, RateLimiter, gcra, slidingLog, slidingWindow } from '@trilith/rate-limit';
import type { RedisClient } from '@trilith/redis';

import { type Crowd, type Limiter, OUR_PREFIX, PLAIN_PREFIX } from './settings.js';

type Ask = (key: string, limit: number) => Promise<boolean>;

const DAY_MS = 86_400_000;
/** Two clocks that differ by a minute are never in the same one. */
const OWN_WINDOW_MS = 60_000;

/** Tells how many of the calls were allowed. */
export async function allowedOf(crowd: Crowd, redis: RedisClient): Promise<number> {
  const ask = limiterOf(crowd.limiter, redis);
  const answers = await Promise.all(
    Array.from({ length: crowd.calls }, async () => ask(crowd.key, crowd.limit)),
  );
  return answers.filter(Boolean).length;
}

function limiterOf(limiter: Limiter, redis: RedisClient): Ask {
  if (limiter === 'own-clock') return byOwnClock(redis);
  if (limiter === 'read-then-write') return readThenWrite(redis);
  return ours(limiter, redis);
}

/** Windows in which nothing comes back while an experiment runs. */
function ours(algorithm: 'slidingLog' | 'slidingWindow' | 'gcra', redis: RedisClient): Ask {
  const limiter = new RateLimiter({
    redis,
    prefix: OUR_PREFIX,
    deadlineMs: 30_000,
    onUnavailable: 'refuse',
    // Each call shall ask Redis.
    blockedKeys: 0,
  });
  const make: Record<typeof algorithm, (limit: number) => Policy> = {
    slidingLog: (limit) => slidingLog({ name: 'crowd', limit, windowMs: DAY_MS }),
    slidingWindow: (limit) => slidingWindow({ name: 'crowd', limit, windowMs: 30 * DAY_MS }),
    gcra: (limit) => gcra({ name: 'crowd', limit, windowMs: 30 * DAY_MS }),
  };
  return async (key, limit) =>
    (await limiter.consume({ policy: make[algorithm](limit), key })).allowed;
}

function byOwnClock(redis: RedisClient): Ask {
  return async (key, limit) => {
    const bucket = `${PLAIN_PREFIX}:${key}:${Math.floor(Date.now() / OWN_WINDOW_MS)}`;
    const count = await redis.incr(bucket);
    await redis.pexpire(bucket, OWN_WINDOW_MS);
    return count <= limit;
  };
}

function readThenWrite(redis: RedisClient): Ask {
  return async (key, limit) => {
    const counter = `${PLAIN_PREFIX}:${key}`;
    if (Number(await redis.get(counter)) >= limit) return false;
    await redis.incr(counter);
    await redis.pexpire(counter, DAY_MS);
    return true;
  };
}
