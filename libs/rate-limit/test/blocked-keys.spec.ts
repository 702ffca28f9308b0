import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { RedisClient } from '@trilith/redis';

import { type RateLimiter, gcra, slidingLog, slidingWindow } from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

const HOUR = 3_600_000;
const policy = slidingLog({ name: 'blocked', limit: 3, windowMs: HOUR });

describe('a key that was refused', () => {
  let test: TestRedis;
  let calls: number;
  let redis: RedisClient;

  beforeEach(async () => {
    test = await openRedis();
    calls = 0;
    const client = test.redis as RedisClient & { sendCommand(command: object): unknown };
    const sendCommand = client.sendCommand.bind(client);
    redis = Object.assign(Object.create(client) as RedisClient, {
      sendCommand: (...args: Parameters<typeof sendCommand>) => {
        calls += 1;
        return sendCommand(...args);
      },
    });
  });
  afterEach(async () => {
    await test.close();
  });

  /** How many calls to Redis some work makes. */
  async function callsOf(work: () => Promise<unknown>): Promise<number> {
    const before = calls;
    await work();
    return calls - before;
  }

  async function refused(limiter: RateLimiter, key = 'a', cost = 1) {
    await limiter.consume({ policy, key, cost: 4 - cost });
    const decision = await limiter.consume({ policy, key, cost });
    expect(decision).toMatchObject({ allowed: false, source: 'redis' });
    return decision;
  }

  it('is refused again without asking Redis, with the time that is left', async () => {
    const limiter = test.limiter({ redis });
    const first = await refused(limiter);
    await sleep(20);
    expect(
      await callsOf(async () => {
        const again = await limiter.consume({ policy, key: 'a' });
        expect(again).toMatchObject({ allowed: false, source: 'memory', limit: 3, remaining: 0 });
        expect(again.retryAfterMs).toBeLessThan(first.retryAfterMs);
        expect(again.retryAfterMs).toBeGreaterThan(first.retryAfterMs - HOUR / 2);
      }),
    ).toBe(0);
  });

  it('refuses what else is asked with it, and records none of that', async () => {
    const limiter = test.limiter({ redis });
    await refused(limiter);
    const other = { policy: slidingWindow({ name: 'o', limit: 1, windowMs: HOUR }), key: 'a' };
    const decision = await limiter.consume([other, { policy, key: 'a' }]);
    expect(decision).toMatchObject({ allowed: false, source: 'memory', policy });
    expect((await limiter.consume(other)).allowed).toBe(true);
  });

  it.each([slidingLog, slidingWindow, gcra])(
    'is asked for again as soon as it can be allowed (%p)',
    async (make) => {
      const short = make({ name: 'short', limit: 1, windowMs: 200 });
      const limiter = test.limiter({ redis });
      await limiter.consume({ policy: short, key: 'a' });
      const { retryAfterMs } = await limiter.consume({ policy: short, key: 'a' });
      await sleep(retryAfterMs + 1);
      expect(await limiter.consume({ policy: short, key: 'a' })).toMatchObject({
        source: 'redis',
      });
    },
  );

  it('may still take less than what was refused', async () => {
    const limiter = test.limiter({ redis });
    await refused(limiter, 'a', 3);
    expect(await limiter.consume({ policy, key: 'a', cost: 3 })).toMatchObject({
      source: 'memory',
    });
    expect(await limiter.consume({ policy, key: 'a', cost: 2 })).toMatchObject({
      allowed: true,
      source: 'redis',
    });
  });

  it('is asked for when its limit is another one', async () => {
    const limiter = test.limiter({ redis });
    await refused(limiter);
    const raised = slidingLog({ ...policy, limit: 10 });
    expect(await limiter.consume({ policy: raised, key: 'a' })).toMatchObject({ allowed: true });
  });

  it.each(['reset', 'refund'] as const)('is forgotten at a %s', async (operation) => {
    const limiter = test.limiter({ redis });
    await refused(limiter);
    await limiter[operation]({ policy, key: 'a' });
    expect(await limiter.consume({ policy, key: 'a' })).toMatchObject({ allowed: true });
  });

  it('is believed for no longer than blockedMs, should another process reset it', async () => {
    const limiter = test.limiter({ redis, blockedMs: 50 });
    await refused(limiter);
    await test.limiter().reset({ policy, key: 'a' });
    await sleep(51);
    expect(await limiter.consume({ policy, key: 'a' })).toMatchObject({ allowed: true });
  });

  it('makes room for those that ask more often', async () => {
    const limiter = test.limiter({ redis, blockedKeys: 2 });
    for (const key of ['a', 'b']) await refused(limiter, key);
    await limiter.consume({ policy, key: 'a' });
    await refused(limiter, 'c');
    const sourceOf = async (key: string) => (await limiter.consume({ policy, key })).source;
    expect([await sourceOf('a'), await sourceOf('c'), await sourceOf('b')]).toEqual([
      'memory',
      'memory',
      'redis',
    ]);
  });

  it('asks Redis each time where no key is remembered', async () => {
    const limiter = test.limiter({ redis, blockedKeys: 0 });
    await refused(limiter);
    expect(await callsOf(async () => limiter.consume({ policy, key: 'a' }))).toBe(1);
  });

  it('is not remembered in shadow', async () => {
    const limiter = test.limiter({ redis });
    const shadow = slidingLog({ ...policy, name: 'shadow', shadow: true });
    for (let call = 0; call < 5; call += 1) {
      expect(await limiter.consume({ policy: shadow, key: 'a' })).toMatchObject({
        allowed: true,
        source: 'redis',
      });
    }
    // Beside another that refuses it would refuse as well.
    const both = [
      { policy: shadow, key: 'a' },
      { policy, key: 'a' },
    ];
    await limiter.consume({ policy, key: 'a', cost: 3 });
    expect((await limiter.consume(both)).allowed).toBe(false);
    expect((await limiter.consume({ policy: shadow, key: 'a' })).allowed).toBe(true);
  });

  it('is free after a reset, also of a refusal that was on its way meanwhile', async () => {
    const limiter = test.limiter();
    for (let n = 0; n < 20; n += 1) {
      const full = { policy, key: `race ${n}` };
      await test.limiter().consume({ ...full, cost: 3 });
      await Promise.all([limiter.consume(full), limiter.reset(full)]);
      expect((await limiter.consume({ ...full, cost: 2 })).allowed).toBe(true);
    }
  });
});
