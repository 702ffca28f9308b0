import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { RateLimiter, concurrency, gcra, slidingLog, slidingWindow } from '@trilith/rate-limit';
import type { RedisClient } from '@trilith/redis';

import { OUR_PREFIX } from './settings.js';

const LANES = 20;
const KEYS = 200;
const windowMs = 1_500;
const counting = [
  slidingLog({ name: 'log', limit: 20, windowMs }),
  slidingWindow({ name: 'window', limit: 20, windowMs }),
  gcra({ name: 'gcra', limit: 20, windowMs }),
];
const slots = concurrency({ name: 'slots', limit: 5, leaseMs: 600 });

/** Does all that a limiter can, in any order, for as long as it lives. */
export async function useEverything(redis: RedisClient): Promise<never> {
  const limiter = new RateLimiter({ redis, prefix: OUR_PREFIX, deadlineMs: 5_000 });
  const lane = async (): Promise<never> => {
    for (;;) await doSomething(limiter);
  };
  return Promise.race(Array.from({ length: LANES }, lane));
}

async function doSomething(limiter: RateLimiter): Promise<void> {
  const key = `key-${randomInt(KEYS)}`;
  const policy = counting[randomInt(counting.length)] ?? slots;
  const check = { policy, key, cost: 1 + randomInt(3) };
  const all = counting.map((one) => ({ policy: one, key }));
  const acts: readonly (() => Promise<unknown>)[] = [
    async () => limiter.consume(check),
    async () => limiter.consume(all),
    async () => limiter.peek(all),
    async () => limiter.penalize(check),
    async () => limiter.refund(check),
    async () => limiter.reset(check),
    async () => {
      await using hold = await limiter.hold([{ policy: slots, key }, check]);
      // Long enough to be renewed.
      if (hold.allowed) await sleep(randomInt(500));
    },
  ];
  await acts[randomInt(acts.length)]?.();
}
