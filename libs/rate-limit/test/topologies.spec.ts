import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisClusterForTest, eventually, redisClusterForTest } from '@trilith/testing';

import { RateLimiter, concurrency, gcra, slidingLog, slidingWindow } from '../src/index.js';

const windowMs = 86_400_000;
const policies = [
  slidingLog({ name: 'log', limit: 5, windowMs }),
  slidingWindow({ name: 'window', limit: 5, windowMs }),
  gcra({ name: 'gcra', limit: 5, windowMs }),
];

describe('RateLimiter on a cluster', () => {
  let cluster: RedisClusterForTest;
  let redis: RedisClient;

  beforeAll(async () => {
    cluster = await redisClusterForTest();
    redis = createRedis({ url: cluster.url, name: 'limits', commandTimeoutMs: 30_000 });
    await whenReady(redis, 30_000);
  });
  afterAll(async () => {
    await closeRedis(redis);
    await cluster.close();
  });

  it('decides several checks of any keys at once, wherever the limiter lies', async () => {
    for (let n = 0; n < 12; n += 1) {
      const limiter = new RateLimiter({ redis, name: `limiter-${n}`, deadlineMs: 30_000 });
      const checks = policies.map((policy, index) => ({ policy, key: `key-${index}` }));
      const decisions = await Promise.all(
        Array.from({ length: 20 }, async () => limiter.consume(checks)),
      );
      expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(5);
      expect(decisions.every(({ source }) => source !== 'fallback')).toBe(true);
      await limiter.reset(checks);
      expect((await limiter.consume(checks)).allowed).toBe(true);
    }
  });

  it('holds slots', async () => {
    const limiter = new RateLimiter({ redis, deadlineMs: 30_000 });
    const policy = concurrency({ name: 'slots', limit: 2, leaseMs: 60_000 });
    const holds = await Promise.all(
      Array.from({ length: 5 }, async () => limiter.hold({ policy, key: 'a' })),
    );
    expect(holds.filter(({ allowed }) => allowed)).toHaveLength(2);
    await Promise.all(holds.map(async (hold) => hold.release()));
    expect((await limiter.peek({ policy, key: 'a' })).count).toBe(0);
  });

  it('answers while the node of its keys is dead, and counts at the next', async () => {
    const limiter = new RateLimiter({ redis, name: 'failing', deadlineMs: 500, pauseMs: 50 });
    const check = { policy: policies[0] ?? never(), key: 'a' };
    await limiter.consume(check);
    await (await cluster.masterOf('{failing}')).kill();
    expect((await limiter.consume(check)).source).toBe('fallback');
    await eventually(async () =>
      expect((await limiter.consume(check)).source).not.toBe('fallback'),
    );
  });
});

function never(): never {
  throw new Error('there are policies');
}
