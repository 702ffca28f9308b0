import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  type Policy,
  type RateLimiter,
  concurrency,
  gcra,
  slidingLog,
  slidingWindow,
} from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

const HOUR = 3_600_000;

/** Windows so long that nothing leaves them while a test runs. */
const policies: readonly Policy[] = [
  slidingLog({ name: 'log', limit: 5, windowMs: HOUR }),
  slidingWindow({ name: 'window', limit: 5, windowMs: 24 * HOUR }),
  gcra({ name: 'gcra', limit: 5, windowMs: 24 * HOUR }),
];

describe('RateLimiter', () => {
  let test: TestRedis;
  let limiter: RateLimiter;

  beforeAll(async () => {
    test = await openRedis();
    // What Redis says is tested here; refusing from memory has a file of its own.
    limiter = test.limiter({ blockedKeys: 0 });
  });
  afterAll(async () => {
    await test.close();
  });

  describe.each(policies)('by $algorithm', (policy) => {
    it('allows up to the limit and refuses beyond it', async () => {
      const decisions = [];
      for (let call = 0; call < 7; call += 1) {
        decisions.push(await limiter.consume({ policy, key: 'up to' }));
      }
      expect(decisions.map(({ allowed }) => allowed)).toEqual([
        ...Array.from({ length: 5 }, () => true),
        false,
        false,
      ]);
      expect(decisions.map(({ count }) => count)).toEqual([1, 2, 3, 4, 5, 5, 5]);
      expect(decisions.map(({ remaining }) => remaining)).toEqual([4, 3, 2, 1, 0, 0, 0]);
    });

    it('counts each of many calls at once', async () => {
      const calls = Array.from({ length: 100 }, async () =>
        limiter.consume({ policy, key: 'at once' }),
      );
      const allowed = (await Promise.all(calls)).filter((decision) => decision.allowed);
      expect(allowed).toHaveLength(5);
    });

    it('tells limit, reset and when to come back', async () => {
      const fresh = await limiter.consume({ policy, key: 'told', cost: 4 });
      expect(fresh).toMatchObject({ allowed: true, limit: 5, retryAfterMs: 0, source: 'redis' });
      expect(fresh.resetMs).toBeGreaterThan(0);
      expect(fresh.resetMs).toBeLessThanOrEqual(2 * policy.windowMs);
      const refused = await limiter.consume({ policy, key: 'told', cost: 2 });
      expect(refused).toMatchObject({ allowed: false, policy, key: 'told', count: 4 });
      expect(refused.retryAfterMs).toBeGreaterThan(0);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(refused.resetMs);
    });

    it('does not record what it refuses', async () => {
      await limiter.consume({ policy, key: 'refused', cost: 4 });
      for (let call = 0; call < 3; call += 1) {
        expect((await limiter.consume({ policy, key: 'refused', cost: 2 })).allowed).toBe(false);
      }
      expect((await limiter.consume({ policy, key: 'refused', cost: 1 })).allowed).toBe(true);
    });

    it('peeks without taking anything', async () => {
      expect(await limiter.peek({ policy, key: 'peek', cost: 5 })).toMatchObject({
        allowed: true,
        count: 0,
        remaining: 5,
        resetMs: 0,
      });
      await limiter.consume({ policy, key: 'peek', cost: 3 });
      expect(await limiter.peek({ policy, key: 'peek', cost: 3 })).toMatchObject({
        allowed: false,
        count: 3,
        remaining: 2,
      });
      expect((await limiter.consume({ policy, key: 'peek', cost: 2 })).allowed).toBe(true);
    });

    it('forgets on reset', async () => {
      await limiter.consume({ policy, key: 'reset', cost: 5 });
      await limiter.reset({ policy, key: 'reset' });
      expect((await limiter.consume({ policy, key: 'reset', cost: 5 })).allowed).toBe(true);
    });

    it('counts a penalty even beyond the limit', async () => {
      await limiter.consume({ policy, key: 'penalty' });
      const after = await limiter.penalize({ policy, key: 'penalty', cost: 3 });
      expect(after).toMatchObject({ allowed: true, count: 4, remaining: 1 });
      const beyond = await limiter.penalize({ policy, key: 'penalty', cost: 5 });
      expect(beyond).toMatchObject({ allowed: false, remaining: 0 });
      expect((await limiter.consume({ policy, key: 'penalty' })).allowed).toBe(false);
    });

    it('gives a refund back, and no more than counts', async () => {
      await limiter.consume({ policy, key: 'refund', cost: 5 });
      const after = await limiter.refund({ policy, key: 'refund', cost: 2 });
      expect(after).toMatchObject({ allowed: true, count: 3, remaining: 2 });
      await limiter.refund({ policy, key: 'refund', cost: 5 });
      await limiter.refund({ policy, key: 'refund', cost: 5 });
      expect(await limiter.peek({ policy, key: 'refund' })).toMatchObject({ count: 0 });
      expect((await limiter.consume({ policy, key: 'refund', cost: 5 })).allowed).toBe(true);
      expect((await limiter.consume({ policy, key: 'refund' })).allowed).toBe(false);
    });

    it('keeps keys apart', async () => {
      await limiter.consume({ policy, key: 'one', cost: 5 });
      expect((await limiter.consume({ policy, key: 'other', cost: 5 })).allowed).toBe(true);
    });

    it('counts a key of any length and with any characters', async () => {
      for (const key of ['{}', 'a:b', '*', 'ключ', 'x'.repeat(100_000), '\u0000']) {
        await limiter.consume({ policy, key, cost: 5 });
        expect((await limiter.consume({ policy, key })).allowed).toBe(false);
      }
      const longest = Math.max(...(await test.keys()).map((key) => Buffer.byteLength(key)));
      expect(longest).toBeLessThan(400);
    });

    it('goes on after Redis forgot its scripts', async () => {
      await limiter.consume({ policy, key: 'flushed', cost: 4 });
      await test.redis.script('FLUSH');
      expect(await limiter.consume({ policy, key: 'flushed' })).toMatchObject({
        allowed: true,
        count: 5,
        source: 'redis',
      });
    });

    it('lets through again when it said it would', async () => {
      const short = { ...policy, windowMs: 1_000 };
      const full = { policy: short, key: 'again', cost: 5 };
      await limiter.consume(full);
      const { allowed, retryAfterMs } = await limiter.consume(full);
      expect(allowed).toBe(false);
      await sleep(retryAfterMs);
      // Redis counts by its own clock: a timer may fire a millisecond early by that.
      await sleep(2);
      expect((await limiter.consume(full)).allowed).toBe(true);
    });

    it('keeps each state for no longer than it counts', async () => {
      const short = { ...policy, windowMs: 5_000 };
      await limiter.consume({ policy: short, key: 'short-lived' });
      const keys = (await test.keys()).filter((key) => key.endsWith(`:${policy.name}:short-lived`));
      expect(keys).toHaveLength(1);
      for (const key of keys) expect(await test.redis.pttl(key)).toBeLessThanOrEqual(10_001);
    });

    it.each([
      ['cost', { cost: 0 }],
      ['cost', { cost: -1 }],
      ['cost', { cost: 1.5 }],
      ['cost', { cost: Number.NaN }],
      ['cost', { cost: 6 }],
      ['key', { key: '' }],
      ['key', { key: undefined as unknown as string }],
    ])('refuses a wrong %s in one line: %j', async (option, wrong) => {
      const consuming = limiter.consume({ policy, key: 'wrong', ...wrong });
      await expect(consuming).rejects.toThrow(new RegExp(`^${option} of .*: got .*; takes .*$`));
    });
  });

  describe('with several checks', () => {
    const [log, window, rate] = policies as [Policy, Policy, Policy];

    it('records all of them or none', async () => {
      await limiter.consume({ policy: rate, key: 'several', cost: 4 });
      const checks = [
        { policy: log, key: 'several' },
        { policy: window, key: 'several' },
        { policy: rate, key: 'several', cost: 2 },
      ];
      const refused = await limiter.consume(checks);
      expect(refused).toMatchObject({ allowed: false, policy: rate });
      expect(refused.all.map(({ allowed }) => allowed)).toEqual([true, true, false]);
      for (const policy of [log, window]) {
        expect(await limiter.peek({ policy, key: 'several' })).toMatchObject({ count: 0 });
      }

      const [first, second] = checks;
      if (!first || !second) throw new Error('there are three');
      const allowed = await limiter.consume([first, second, { policy: rate, key: 'several' }]);
      expect(allowed.all.map(({ count }) => count)).toEqual([1, 1, 5]);
      // What is told beside: the one that is nearest to its limit.
      expect(allowed).toMatchObject({ allowed: true, policy: rate, remaining: 0 });
    });

    it('lets exactly as many through as the tightest does, however many ask at once', async () => {
      const tight = slidingLog({ name: 'tight', limit: 3, windowMs: HOUR });
      const calls = Array.from({ length: 60 }, async () =>
        limiter.consume([
          { policy: tight, key: 'crowd' },
          { policy: window, key: 'crowd' },
        ]),
      );
      const allowed = (await Promise.all(calls)).filter((decision) => decision.allowed);
      expect(allowed).toHaveLength(3);
      expect(await limiter.peek({ policy: window, key: 'crowd' })).toMatchObject({ count: 3 });
    });

    it('takes none, or one policy and key twice, for a mistake', async () => {
      const twice = { policy: log, key: 'twice' };
      await expect(limiter.consume([twice, { ...twice, cost: 2 }])).rejects.toThrow(/^checks: got/);
      await expect(limiter.consume([])).rejects.toThrow(/^checks: got \[\]; takes at least one$/);
    });
  });

  it('logs a cost of thousands, and a penalty above the limit, in bounded memory', async () => {
    const policy = slidingLog({ name: 'large', limit: 5_000, windowMs: HOUR });
    await limiter.consume({ policy, key: 'large', cost: 4_500 });
    expect(await limiter.consume({ policy, key: 'large', cost: 501 })).toMatchObject({
      allowed: false,
      count: 4_500,
    });
    await limiter.penalize({ policy, key: 'large', cost: 5_000 });
    await limiter.penalize({ policy, key: 'large', cost: 5_000 });
    const [key = ''] = (await test.keys()).filter((name) => name.endsWith(':large:large'));
    expect(await test.redis.zcard(key)).toBe(5_000);
  });

  it('begins anew where a policy changed its algorithm', async () => {
    for (const make of [slidingLog, slidingWindow, gcra]) {
      const policy = make({ name: 'changed', limit: 1, windowMs: HOUR });
      expect((await limiter.consume({ policy, key: 'a' })).source).toBe('redis');
      expect((await limiter.consume({ policy, key: 'a' })).allowed).toBe(false);
    }
  });

  it('puts all keys of a limiter into one slot, and other limiters elsewhere', async () => {
    const other = test.limiter({ name: 'elsewhere' });
    const [policy] = policies as [Policy];
    await other.consume({ policy, key: 'tagged' });
    const found = (await test.keys()).filter((key) => key.endsWith(':tagged'));
    expect(found).toEqual([`${test.prefix}:{elsewhere}:l:log:tagged`]);
    expect((await limiter.peek({ policy, key: 'tagged' })).count).toBe(0);
  });

  it('refuses to consume what has to be held', async () => {
    const policy = concurrency({ name: 'in-flight', limit: 1, leaseMs: 1_000 });
    await expect(limiter.consume({ policy, key: 'a' })).rejects.toThrow(/hold\(\)/);
    await expect(limiter.refund({ policy, key: 'a' })).rejects.toThrow(/hold\(\)/);
  });

  it('lets every key expire that it wrote', async () => {
    const keys = await test.keys();
    expect(keys.length).toBeGreaterThan(20);
    const left = await Promise.all(keys.map(async (key) => test.redis.pttl(key)));
    // -2: it has expired since. -1 would be a key that never does.
    expect(left.filter((ms) => ms <= 0 && ms !== -2)).toEqual([]);
  });

  it.each([
    ['name', { name: 'two words' }],
    ['prefix', { prefix: '{tag}' }],
    ['deadlineMs', { deadlineMs: 0 }],
    ['onUnavailable', { onUnavailable: { share: 2 } }],
    ['maxFailures', { maxFailures: 0 }],
    ['pauseMs', { pauseMs: -1 }],
    ['blockedKeys', { blockedKeys: 1.5 }],
    ['blockedMs', { blockedMs: 0 }],
    ['localKeys', { localKeys: 0 }],
  ])('refuses a wrong option in one line: %s', (option, wrong) => {
    expect(() => test.limiter(wrong)).toThrow(new RegExp(`^${option}: got .*; takes .*$`));
  });

  it.each([
    ['limit', () => slidingWindow({ name: 'p', limit: 0, windowMs: 1 })],
    ['limit', () => slidingLog({ name: 'p', limit: 1_000_001, windowMs: 1 })],
    ['windowMs', () => gcra({ name: 'p', limit: 1, windowMs: 0.5 })],
    ['burst', () => gcra({ name: 'p', limit: 1, windowMs: 1, burst: 0 })],
    ['leaseMs', () => concurrency({ name: 'p', limit: 1, leaseMs: 1 })],
    [
      'onUnavailable',
      () => slidingLog({ name: 'p', limit: 1, windowMs: 1, onUnavailable: 'open' as 'allow' }),
    ],
  ])('refuses a policy with a wrong %s in one line', (option, make) => {
    expect(make).toThrow(new RegExp(`^policy p: ${option}: got .*; takes .*$`));
  });
});
