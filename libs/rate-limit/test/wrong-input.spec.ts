import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RateLimiter, concurrency, gcra, slidingLog, slidingWindow } from '../src/index.js';
import { everyAlgorithm } from './every-algorithm.js';
import { type TestRedis, openRedis } from './redis.js';

describe('RateLimiter, given something wrong,', () => {
  let test: TestRedis;
  let limiter: RateLimiter;

  beforeAll(async () => {
    test = await openRedis();
    limiter = test.limiter({ blockedKeys: 0 });
  });
  afterAll(async () => {
    await test.close();
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
    const consuming = limiter.consume({ policy: everyAlgorithm[0], key: 'wrong', ...wrong });
    await expect(consuming).rejects.toThrow(new RegExp(`^${option} of .*: got .*; takes .*$`));
  });

  it('refuses to consume what has to be held', async () => {
    const policy = concurrency({ name: 'in-flight', limit: 1, leaseMs: 1_000 });
    await expect(limiter.consume({ policy, key: 'a' })).rejects.toThrow(/hold\(\)/);
    await expect(limiter.refund({ policy, key: 'a' })).rejects.toThrow(/hold\(\)/);
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
