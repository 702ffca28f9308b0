import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RateLimiter, slidingLog } from '../src/index.js';
import { everyAlgorithm } from './every-algorithm.js';
import { type TestRedis, openRedis } from './redis.js';

const HOUR = 3_600_000;

describe('several checks at once', () => {
  let test: TestRedis;
  let limiter: RateLimiter;

  beforeAll(async () => {
    test = await openRedis();
    limiter = test.limiter({ blockedKeys: 0 });
  });
  afterAll(async () => {
    await test.close();
  });

  const [log, window, rate] = everyAlgorithm;

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
