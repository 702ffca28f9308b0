import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type FaultyProxy, eventually, faultyProxy } from '@trilith/testing';

import {
  type OnUnavailable,
  RateLimiter,
  type RateLimiterOptions,
  concurrency,
  slidingLog,
  slidingWindow,
} from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

const HOUR = 3_600_000;

function policyThat(onUnavailable: OnUnavailable, limit = 8) {
  return slidingLog({ name: 'faulty', limit, windowMs: HOUR, onUnavailable });
}

describe('a limiter whose Redis', () => {
  let test: TestRedis;
  let proxy: FaultyProxy;
  let redis: RedisClient;

  beforeEach(async () => {
    test = await openRedis();
    proxy = await faultyProxy(test.url);
    // More patient than the limiter: what bounds a decision is the limiter's own deadline.
    redis = createRedis({ url: proxy.url, name: 'faulty', commandTimeoutMs: 60_000 });
    await whenReady(redis, 10_000);
  });
  afterEach(async () => {
    await closeRedis(redis, 10);
    await proxy.close();
    await test.close();
  });

  const limiter = (options?: Partial<RateLimiterOptions>) =>
    new RateLimiter({ redis, prefix: test.prefix, deadlineMs: 50, pauseMs: 20, ...options });

  const faults = [
    { fault: 'hangs', strike: () => proxy.stall() },
    { fault: 'is gone', strike: () => proxy.cut() },
  ];
  describe.each(faults)('$fault', ({ strike }) => {
    it('lets through where the policy says allow', async () => {
      const limited = limiter();
      strike();
      const decisions = await Promise.all(
        Array.from({ length: 20 }, async () =>
          limited.consume({ policy: policyThat('allow'), key: 'a' }),
        ),
      );
      expect(decisions.every(({ allowed, source }) => allowed && source === 'fallback')).toBe(true);
    });

    it('refuses where the policy says refuse, and says when to try again', async () => {
      const limited = limiter();
      strike();
      const decision = await limited.consume({ policy: policyThat('refuse'), key: 'a' });
      expect(decision).toMatchObject({ allowed: false, source: 'fallback', retryAfterMs: 20 });
    });

    it('counts a share of the limit in the process where the policy says so', async () => {
      const limited = limiter();
      strike();
      const check = { policy: policyThat({ share: 0.25 }), key: 'a' };
      const decisions = [];
      for (let call = 0; call < 4; call += 1) decisions.push(await limited.consume(check));
      expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, false, false]);
      expect(decisions[0]).toMatchObject({ limit: 2, remaining: 1, source: 'fallback' });
      // One of two is given back in half an hour.
      expect(decisions[3]?.retryAfterMs).toBeGreaterThan(HOUR / 2 - 60_000);
      expect((await limited.consume({ ...check, key: 'b' })).allowed).toBe(true);
      await limited.refund(check);
      expect((await limited.consume(check)).allowed).toBe(true);
      await limited.penalize({ ...check, key: 'c', cost: 8 });
      expect((await limited.consume({ ...check, key: 'c' })).allowed).toBe(false);
    });

    it('decides several checks together, as Redis does', async () => {
      const limited = limiter();
      strike();
      const open = { policy: slidingWindow({ name: 'o', limit: 4, windowMs: HOUR }), key: 'a' };
      const shut = { policy: policyThat('refuse'), key: 'a' };
      expect((await limited.consume([open, shut])).allowed).toBe(false);
      // Nothing was counted for the one that would have let through: its share is one.
      expect((await limited.consume(open)).allowed).toBe(true);
      expect((await limited.consume(open)).allowed).toBe(false);
    });

    it('is not asked by each call, is told of once, and is asked again when it is back', async () => {
      const unavailable = jest.fn();
      const available = jest.fn();
      const limited = limiter({ observer: { unavailable, available } });
      strike();
      for (let call = 0; call < 30; call += 1) {
        await limited.consume({ policy: policyThat('allow'), key: 'a' });
      }
      expect(unavailable).toHaveBeenCalledTimes(1);
      expect(unavailable).toHaveBeenCalledWith({ limiter: 'default', error: expect.any(Error) });
      proxy.heal();
      await eventually(async () => {
        const decision = await limited.consume({ policy: policyThat('allow'), key: 'b' });
        expect(decision.source).toBe('redis');
      });
      expect(available).toHaveBeenCalledTimes(1);
    });

    it('holds by the policy as well', async () => {
      const limited = limiter();
      strike();
      const policy = concurrency({ name: 'held', limit: 4, leaseMs: HOUR / 2 });
      const first = await limited.hold({ policy, key: 'a' });
      expect(first.allowed).toBe(true);
      expect((await limited.hold({ policy, key: 'a' })).allowed).toBe(false);
      await first.release();
      expect((await limited.hold({ policy, key: 'a' })).allowed).toBe(true);
    });
  });

  it('hangs answers each call within the deadline, counted by calls that wait for nothing else', async () => {
    const limited = limiter({ deadlineMs: 200, maxFailures: 3, pauseMs: 3_600_000 });
    const asked: number[] = [];
    const timed = new RateLimiter({
      redis,
      prefix: test.prefix,
      deadlineMs: 200,
      observer: { asked: ({ durationMs }) => asked.push(durationMs) },
    });
    proxy.stall();
    await timed.consume({ policy: policyThat('allow'), key: 'a' });
    // The client would have waited for a minute.
    expect(asked).toHaveLength(1);
    expect(asked[0]).toBeGreaterThanOrEqual(199);
    expect(asked[0]).toBeLessThan(30_000);
    for (let call = 0; call < 10_000; call += 1) {
      await limited.consume({ policy: policyThat('allow'), key: 'a' });
    }
    // Three waited for the deadline, and none after them: else they would still be waiting.
    proxy.heal();
    expect((await limited.consume({ policy: policyThat('allow'), key: 'a' })).source).toBe(
      'fallback',
    );
  });

  it('answers with an error is as good as away', async () => {
    const limited = limiter({ deadlineMs: 30_000 });
    const key = `${test.prefix}:{default}:l:faulty:a`;
    await test.redis.set(key, 'of another make', 'EX', 60);
    const decision = await limited.consume({ policy: policyThat('refuse'), key: 'a' });
    expect(decision).toMatchObject({ allowed: false, source: 'fallback' });
  });

  it('cannot read one key answers all others that are asked for with it', async () => {
    const limited = limiter({ deadlineMs: 30_000 });
    await test.redis.set(`${test.prefix}:{default}:l:faulty:broken`, 'of another make', 'EX', 60);
    const keys = ['a', 'broken', 'b'];
    const decisions = await Promise.all(
      keys.map(async (key) => limited.consume({ policy: policyThat('refuse'), key })),
    );
    expect(decisions).toMatchObject([
      { allowed: true, count: 1, source: 'redis' },
      { allowed: false, source: 'fallback' },
      { allowed: true, count: 1, source: 'redis' },
    ]);
  });

  it('hangs is waited for until each call’s own deadline, also when one began after another', async () => {
    const asked: number[] = [];
    const limited = limiter({
      deadlineMs: 300,
      maxFailures: 1_000,
      observer: { asked: ({ durationMs }) => asked.push(durationMs) },
    });
    proxy.stall();
    const calls = [];
    for (let call = 0; call < 3; call += 1) {
      calls.push(limited.consume({ policy: policyThat('allow'), key: 'a' }));
      await sleep(50);
    }
    const decisions = await Promise.all(calls);
    expect(decisions.map(({ source }) => source)).toEqual(['fallback', 'fallback', 'fallback']);
    // Each had its whole deadline, though one timer watches over all.
    expect(Math.min(...asked)).toBeGreaterThanOrEqual(299);
  });

  it('took a slot and whose answer was lost has the slot freed', async () => {
    const policy = concurrency({ name: 'lost', limit: 1, leaseMs: HOUR, onUnavailable: 'refuse' });
    const evalsha = redis.evalsha.bind(redis);
    let calls = 0;
    const deaf = Object.assign(Object.create(redis) as RedisClient, {
      evalsha: async (...args: Parameters<typeof evalsha>) => {
        calls += 1;
        const reply = await evalsha(...args);
        if (calls === 1) throw new Error('Connection is closed.');
        return reply;
      },
    });
    // Redis has to know the script, or the first answer is that it does not.
    await (await limiter({ deadlineMs: 30_000 }).hold({ policy, key: 'warm' })).release();
    const limited = limiter({ redis: deaf, deadlineMs: 30_000 });
    expect((await limited.hold({ policy, key: 'a' })).allowed).toBe(false);
    await eventually(async () => {
      const { count } = await limited.peek({ policy, key: 'a' });
      expect(count).toBe(0);
    });
    expect(calls).toBeGreaterThan(1);
  });

  it('keeps the processes bounded in memory when keys are many', async () => {
    const limited = limiter({ localKeys: 10, maxFailures: 1, pauseMs: 3_600_000 });
    proxy.cut();
    const policy = policyThat({ share: 0.125 });
    for (let n = 0; n < 50; n += 1) await limited.consume({ policy, key: `key-${n}` });
    // The latest are remembered, the oldest made room.
    expect((await limited.consume({ policy, key: 'key-49' })).allowed).toBe(false);
    expect((await limited.consume({ policy, key: 'key-0' })).allowed).toBe(true);
  });
});
