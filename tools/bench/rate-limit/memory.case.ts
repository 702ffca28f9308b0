import { RateLimiter, slidingLog, slidingWindow } from '@trilith/rate-limit';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type BenchCase, type Contestant, WrongResultError } from '../frame/benchmark.ts';
import { type LimitInput, WINDOW_MS } from './consuming.ts';

const LIMIT = 1_000;

/** What a key takes in Redis that is at its limit, its name included. */
export function memoryPerKey({ redisUrl, prefix }: Omit<LimitInput, 'limit'>): BenchCase {
  const contestant = (name: string, make: typeof slidingLog): Contestant => ({
    name,
    start: async () => {
      const redis = createRedis({ url: redisUrl, name: 'bench' });
      await whenReady(redis, 10_000);
      const limiter = new RateLimiter({ redis, prefix: `${prefix}:memory`, deadlineMs: 30_000 });
      const policy = make({ name: 'm', limit: LIMIT, windowMs: WINDOW_MS });
      const check = { policy, key: '203.0.113.7' };
      return {
        round: async () => {
          await limiter.reset(check);
          await limiter.consume({ ...check, cost: LIMIT });
          if ((await limiter.peek(check)).allowed) throw new WrongResultError('it is not full');
          const letter = policy.algorithm === 'slidingLog' ? 'l' : 'w';
          const key = `${prefix}:memory:{default}:${letter}:m:${check.key}`;
          return Number(await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0'));
        },
        stop: async () => closeRedis(redis),
      };
    },
  });
  return {
    title: `memory of a key with ${LIMIT.toLocaleString('en')} uses`,
    unit: 'bytes',
    better: 'lower',
    ours: contestant('constant memory', slidingWindow),
    peers: [
      {
        ...contestant('exact log', slidingLog),
        target: 25,
        differs: 'ours too: exact, an entry for each use',
      },
    ],
  };
}
