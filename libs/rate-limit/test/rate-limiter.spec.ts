import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RateLimiter, slidingLog } from '../src/index.js';
import { everyAlgorithm } from './every-algorithm.js';
import { type TestRedis, openRedis } from './redis.js';

const HOUR = 3_600_000;

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

  describe.each(everyAlgorithm)('by $algorithm', (policy) => {
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

    it('tells the time that is left, to the millisecond', async () => {
      const askedAt = performance.now();
      const first = await limiter.consume({ policy, key: 'time', cost: 5 });
      const answeredAt = performance.now();
      await sleep(30);
      const leastMs = performance.now() - answeredAt;
      const then = await limiter.peek({ policy, key: 'time' });
      const passedMs = first.resetMs - then.resetMs;
      // Redis' clock may be slewed against this one.
      expect(passedMs).toBeGreaterThanOrEqual(leastMs * 0.99 - 2);
      expect(passedMs).toBeLessThanOrEqual((performance.now() - askedAt) * 1.01 + 2);
    });

    it('keeps each state for as long as it counts, and no longer', async () => {
      const short = { ...policy, windowMs: 50_000 };
      const askedAt = performance.now();
      const { resetMs } = await limiter.consume({ policy: short, key: 'short-lived', cost: 5 });
      const keys = (await test.keys()).filter((key) => key.endsWith(`:${policy.name}:short-lived`));
      expect(keys).toHaveLength(1);
      const left = await test.redis.pttl(keys[0] ?? '');
      expect(left).toBeLessThanOrEqual(resetMs);
      expect(left).toBeGreaterThanOrEqual(resetMs - (performance.now() - askedAt) * 1.01 - 2);
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

  it('lets every key expire that it wrote', async () => {
    const keys = await test.keys();
    expect(keys.length).toBeGreaterThan(20);
    const left = await Promise.all(keys.map(async (key) => test.redis.pttl(key)));
    // -2: it has expired since. -1 would be a key that never does.
    expect(left.filter((ms) => ms <= 0 && ms !== -2)).toEqual([]);
  });
});
