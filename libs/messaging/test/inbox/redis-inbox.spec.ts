import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type RedisClient,
  closeRedis,
  createRedis,
  defineScript,
  keysTogether,
  whenReady,
} from '@trilith/redis';

import { inboxKey, inboxLua } from '../../src/index.js';

const countOnce = defineScript<[ttlMs: number], number | undefined>({
  name: 'countOnce',
  keys: 2,
  lua: `${inboxLua()} return redis.call('INCR', KEYS[2])`,
  parse: (reply) => (typeof reply === 'number' ? reply : undefined),
});

describe('inbox in Redis', () => {
  const tag = `inbox-spec-${randomUUID()}`;
  const counter = `{${tag}}:counter`;
  let redis: RedisClient;

  beforeAll(async () => {
    redis = createRedis({ url: process.env.REDIS_URL ?? '', name: 'inbox-spec' });
    await whenReady(redis, 10_000);
  });
  afterAll(async () => {
    await redis.del(counter);
    await closeRedis(redis);
  });

  it('has one effect of deliveries at the same time, and remembers them for a bounded time', async () => {
    const messages = [randomUUID(), randomUUID(), randomUUID()];
    const keys = messages.map((messageId) => inboxKey({ tag, consumer: 'tests', messageId }));
    const deliveries = [...keys, ...keys, ...keys, ...keys];
    const counts = await Promise.all(
      deliveries.map(async (key) => countOnce(redis, [key, counter], [60_000])),
    );
    expect(counts.filter((count) => count !== undefined)).toHaveLength(3);
    expect(await redis.get(counter)).toBe('3');
    for (const key of keys) {
      const left = await redis.pttl(key);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(60_000);
    }
    await redis.del(...keys);
  });

  it('shares its slot with the keys of the same tag', () => {
    const key = inboxKey({ tag, consumer: 'tests', messageId: 'm' });
    expect(keysTogether('redis+cluster://any', [key, counter])).toEqual([[key, counter]]);
  });

  it.each(['', 'a{b', 'a}b'])('refuses %j as a tag', (tagged) => {
    const make = () => inboxKey({ tag: tagged, consumer: 'c', messageId: 'm' });
    expect(make).toThrow(RangeError);
  });
});
