import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiter, slidingLog, slidingWindow } from '@trilith/rate-limit';
import { closeRedis, createRedis, whenReady } from '@trilith/redis';
import { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { type BenchCase, type Contestant, WrongResultError } from '../frame/benchmark.ts';
import type { Consume, Place } from './consuming.ts';

const LIMIT = 100;
const WINDOW_MS = 1_000;
/** How long before and after the boundary the limit is asked for, all at once. */
const BESIDE_MS = 100;

interface Limiter {
  readonly consume: Consume;
  /** Takes one, and tells when the window that counts it ends. */
  readonly begin: (key: string) => Promise<number>;
  stop(): Promise<void>;
}

/** How much is let through by two bursts beside a boundary: within one window, so ideally the limit. */
export function boundary(place: Place): BenchCase {
  return {
    title: `let through by bursts ${BESIDE_MS} ms before and after a boundary, limit ${LIMIT} a second`,
    unit: 'uses',
    better: 'lower',
    ours: contestant('constant memory', async () => ours(place, slidingWindow)),
    peers: [
      {
        ...contestant('exact log', async () => ours(place, slidingLog)),
        differs: 'ours too: exact, an entry for each use',
      },
      {
        ...contestant('rate-limiter-flexible', async () => flexible(place)),
        differs: 'a fixed window, which begins with the first use',
      },
    ],
  };
}

function contestant(name: string, open: () => Promise<Limiter>): Contestant {
  return {
    name,
    start: async () => {
      const limiter = await open();
      return {
        round: async () => burstsBesideBoundary(limiter),
        stop: async () => limiter.stop(),
      };
    },
  };
}

async function burstsBesideBoundary({ begin, consume }: Limiter): Promise<number> {
  const key = randomUUID();
  const endsInMs = await begin(key);
  const endsAt = performance.now() + endsInMs;
  await sleep(Math.max(0, endsInMs - BESIDE_MS));
  const before = await burst(consume, key);
  await sleep(Math.max(0, endsAt + BESIDE_MS - performance.now()));
  const after = await burst(consume, key);
  if (before > LIMIT || after > LIMIT) throw new WrongResultError('more than the limit at once');
  return 1 + before + after;
}

async function burst(consume: Consume, key: string): Promise<number> {
  const allowed = await Promise.all(Array.from({ length: LIMIT }, async () => consume(key)));
  return allowed.filter(Boolean).length;
}

async function ours({ redisUrl, prefix }: Place, make: typeof slidingLog): Promise<Limiter> {
  const redis = createRedis({ url: redisUrl, name: 'bench', commandTimeoutMs: 30_000 });
  await whenReady(redis, 10_000);
  const limiter = new RateLimiter({
    redis,
    prefix: `${prefix}:boundary`,
    deadlineMs: 30_000,
    blockedKeys: 0,
  });
  const policy = make({ name: 'boundary', limit: LIMIT, windowMs: WINDOW_MS });
  return {
    consume: async (key) => (await limiter.consume({ policy, key })).allowed,
    begin: async (key) => {
      // Buckets begin at whole windows of Redis' clock: begin with one, as a fixed window would.
      await sleep(WINDOW_MS - (await passedMs(redis)));
      await limiter.consume({ policy, key });
      return WINDOW_MS - (await passedMs(redis));
    },
    stop: async () => closeRedis(redis),
  };
}

async function passedMs(redis: Pick<Redis, 'time'>): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return (Number(seconds) * 1_000 + Number(microseconds) / 1_000) % WINDOW_MS;
}

async function flexible({ redisUrl, prefix }: Place): Promise<Limiter> {
  const redis = new Redis(redisUrl);
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `${prefix}:boundary`,
    points: LIMIT,
    duration: WINDOW_MS / 1_000,
  });
  return {
    consume: async (key) => {
      try {
        await limiter.consume(key);
        return true;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return false;
        throw refusal;
      }
    },
    begin: async (key) => (await limiter.consume(key)).msBeforeNext,
    stop: async () => redis.quit().then(() => undefined),
  };
}
