import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type RateLimiter, gcra, slidingLog, slidingWindow } from '../src/index.js';
import { everyAlgorithm } from './every-algorithm.js';
import { type TestRedis, openRedis } from './redis.js';

const HOUR = 3_600_000;

describe('keys of a limiter', () => {
  let test: TestRedis;
  let limiter: RateLimiter;

  beforeAll(async () => {
    test = await openRedis();
    limiter = test.limiter({ blockedKeys: 0 });
  });
  afterAll(async () => {
    await test.close();
  });

  it.each(everyAlgorithm)('are counted apart by $algorithm', async (policy) => {
    await limiter.consume({ policy, key: 'one', cost: 5 });
    expect((await limiter.consume({ policy, key: 'other', cost: 5 })).allowed).toBe(true);
  });

  it.each(everyAlgorithm)(
    'may have any length and any characters, by $algorithm',
    async (policy) => {
      for (const key of ['{}', 'a:b', '*', 'ключ', 'x'.repeat(100_000), '\u0000']) {
        await limiter.consume({ policy, key, cost: 5 });
        expect((await limiter.consume({ policy, key })).allowed).toBe(false);
      }
      const longest = Math.max(...(await test.keys()).map((key) => Buffer.byteLength(key)));
      expect(longest).toBeLessThan(400);
    },
  );

  it('begin anew where a policy changed its algorithm', async () => {
    for (const make of [slidingLog, slidingWindow, gcra]) {
      const policy = make({ name: 'changed', limit: 1, windowMs: HOUR });
      expect((await limiter.consume({ policy, key: 'a' })).source).toBe('redis');
      expect((await limiter.consume({ policy, key: 'a' })).allowed).toBe(false);
    }
  });

  it('lie in one slot, and those of other limiters elsewhere', async () => {
    const other = test.limiter({ name: 'elsewhere' });
    const [policy] = everyAlgorithm;
    await other.consume({ policy, key: 'tagged' });
    const found = (await test.keys()).filter((key) => key.endsWith(':tagged'));
    expect(found).toEqual([`${test.prefix}:{elsewhere}:l:log:tagged`]);
    expect((await limiter.peek({ policy, key: 'tagged' })).count).toBe(0);
  });
});
