import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Area, BenchCase, Contestant } from '../frame/benchmark.ts';
import { removeKeys } from '../messaging/events/redis-keys.ts';
import type { Place, RoundInput } from './consuming.ts';
import { boundary } from './boundary.case.ts';
import { memoryPerKey } from './memory.case.ts';
import { started } from './started.ts';
import { serverTime } from './server-time.case.ts';

const FOR_MS = 500;
const LEVELS = [
  { inFlight: 1, keys: 1_000, limit: 10 },
  { inFlight: 64, keys: 1_000, limit: 10 },
  { inFlight: 64, keys: 1_000, limit: 1_000 },
  { inFlight: 64, keys: 100_000, limit: 1_000 },
] as const;

/** Decisions on Redis, refusals from memory, and what a key takes. */
export const rateLimit: Area = {
  name: 'rate-limit',
  stores: ['redis'],
  cases: async ({ env, atEnd }) => {
    const redisUrl = env.REDIS_URL ?? '';
    const prefix = `bench-${randomUUID().slice(0, 8)}`;
    atEnd(async () => {
      const redis = new Redis(redisUrl);
      await removeKeys(redis, prefix);
      // Those of @nestjs/throttler begin with the brace of a hash tag.
      await removeKeys(redis, `{${prefix}`);
      await redis.quit();
    });
    const place = { redisUrl, prefix };
    return [
      ...LEVELS.map((level) => decisions(place, level)),
      serverTime(place),
      refusals(place),
      boundary(place),
      memoryPerKey(place),
    ];
  },
};

function decisions(place: Place, { inFlight, keys, limit }: (typeof LEVELS)[number]): BenchCase {
  const round: RoundInput = { inFlight, keys, forMs: FOR_MS };
  const contestant = (name: string, file: string): Contestant => ({
    name,
    start: async () => {
      const prefix = `${place.prefix}:${file}:${inFlight}:${keys}:${limit}`;
      return started(`${file}-limiter`, { ...place, prefix, limit }, round);
    },
  });
  const title = `decisions, ${inFlight} in flight, ${keys.toLocaleString('en')} keys, limit ${limit}`;
  return {
    title,
    unit: 'decisions/s',
    better: 'higher',
    ours: contestant('Trilith', 'trilith'),
    peers: [
      {
        ...contestant('rate-limiter-flexible', 'flexible'),
        target: 1,
        differs: 'a fixed window, by SET NX, INCRBY and PTTL: twice the limit at its boundary',
      },
      {
        ...contestant('@upstash/ratelimit', 'upstash'),
        differs: 'a sliding window too; over ioredis; the time is the caller’s, not that of Redis',
      },
      {
        ...contestant('@nestjs/throttler on Redis', 'throttler'),
        differs: 'its storage without the guard: a fixed window; sends the script each time',
      },
      {
        ...contestant('bare script', 'floor'),
        differs: 'INCR and PEXPIRE through ioredis with auto-pipelining: a count, no decision',
      },
    ],
  };
}

function refusals(place: Place): BenchCase {
  const contestant = (name: string, file: string): Contestant => ({
    name,
    start: async () =>
      started(`${file}-blocked`, { ...place, prefix: `${place.prefix}:${file}`, limit: 5 }, {}),
  });
  return {
    title: 'refusals of a blocked key from memory',
    unit: 'refusals/s',
    better: 'higher',
    ours: contestant('Trilith', 'trilith'),
    peers: [
      {
        ...contestant('rate-limiter-flexible', 'flexible'),
        target: 5,
        differs: 'inMemoryBlockOnConsumed: a refusal is a promise that rejects',
      },
      {
        ...contestant('@upstash/ratelimit', 'upstash'),
        differs: 'ephemeralCache: until the window ends, by the clock of the process',
      },
    ],
  };
}
