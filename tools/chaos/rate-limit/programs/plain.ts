import { setTimeout as sleep } from 'node:timers/promises';

import type { RedisClient } from '@trilith/redis';
import { Redis } from 'ioredis';

import { PLAIN_PREFIX } from './settings.js';

const WINDOW_MS = 3_600_000;
const SCRIPT = `
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return count`;
const PATIENCE_MS = 1_000;
const LANES = 50;

/** A count and its expiry as two commands, again and again, each with a key of its own. */
export async function countInTwoSteps(redis: RedisClient): Promise<never> {
  const lane = async (lane: number): Promise<never> => {
    for (let n = 0; ; n += 1) {
      const key = `${PLAIN_PREFIX}:${process.pid}:${lane}:${n}`;
      await redis.incr(key);
      await redis.pexpire(key, WINDOW_MS);
    }
  };
  return Promise.race(Array.from({ length: LANES }, async (_, index) => lane(index)));
}

/** A script that is called by its hash, which Redis was told once. */
export class PlainScript {
  private hash: string | undefined;

  constructor(private readonly redis: RedisClient) {}

  /** Calls it some times; how many failed because Redis does not know it any more. */
  async failures(): Promise<number> {
    this.hash ??= String(await this.redis.script('LOAD', SCRIPT));
    const { hash } = this;
    const calls = Array.from({ length: 20 }, async (_, index) =>
      this.redis.evalsha(hash, 1, `${PLAIN_PREFIX}:script:${index}`, WINDOW_MS),
    );
    const settled = await Promise.allSettled(calls);
    return settled.filter(
      (one) => one.status === 'rejected' && String(one.reason).includes('NOSCRIPT'),
    ).length;
  }
}

/** Calls through a client as it is by default; how many have no answer after a second. */
export async function hangingOf(url: string, calls: number): Promise<number> {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  const answers = Array.from({ length: calls }, async (_, index) =>
    Promise.race([
      redis.incr(`${PLAIN_PREFIX}:hanging:${index}`).then(() => true),
      sleep(PATIENCE_MS, false),
    ]).catch(() => false),
  );
  const answered = (await Promise.all(answers)).filter(Boolean).length;
  redis.disconnect();
  return calls - answered;
}
