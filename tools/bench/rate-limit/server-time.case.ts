import { Redis } from 'ioredis';
import { type BenchCase, type Contestant, WrongResultError } from '../frame/benchmark.ts';
import type { Place, RoundInput } from './consuming.ts';
import { started } from './started.ts';

const LIMIT = 1_000;
const ROUND: RoundInput = { inFlight: 64, keys: 1_000, forMs: 500 };

/** What Redis itself says its scripts took, by `INFO commandstats`, for each decision. */
export function serverTime(place: Place): BenchCase {
  const contestant = (name: string, file: string): Contestant => ({
    name,
    start: async () => {
      const prefix = `${place.prefix}:${file}:server-time`;
      const limiter = await started(`${file}-limiter`, { ...place, prefix, limit: LIMIT }, ROUND);
      const redis = new Redis(place.redisUrl);
      return {
        round: async () => {
          const [decidedBefore, before] = [await limiter.total(), await scriptTime(redis)];
          await limiter.round();
          const [decided, after] = [await limiter.total(), await scriptTime(redis)];
          return (after - before) / (decided - decidedBefore);
        },
        stop: async () => {
          await redis.quit();
          await limiter.stop();
        },
      };
    },
  });
  return {
    title: 'server time of a decision, 64 in flight, limit 1000',
    unit: 'µs',
    better: 'lower',
    ours: contestant('Trilith', 'trilith'),
    peers: [
      {
        ...contestant('rate-limiter-flexible', 'flexible'),
        differs: 'a fixed window: a counter and its expiry',
      },
      { ...contestant('@upstash/ratelimit', 'upstash'), differs: 'a sliding window in two keys' },
      {
        ...contestant('@nestjs/throttler on Redis', 'throttler'),
        differs: 'a fixed window in two keys; its script is sent each time',
      },
      { ...contestant('bare script', 'floor'), differs: 'INCR and PEXPIRE: a count, no decision' },
    ],
  };
}

/** Microseconds in EVAL and EVALSHA since the server began to count. */
async function scriptTime(redis: Redis): Promise<number> {
  const stats = await redis.info('commandstats');
  const times = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=\d+,usec=(\d+)/g)];
  if (times.length === 0) throw new WrongResultError('the server tells no time of scripts');
  return times.reduce((sum, [, usec]) => sum + Number(usec), 0);
}
