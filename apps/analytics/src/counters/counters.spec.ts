import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { KeySpace } from '../store/key-space.js';
import { Counters, counterNames } from './counters.js';

const DAY_MS = 86_400_000;

describe('Counters', () => {
  let store: Awaited<ReturnType<typeof redisForTest>>;
  let redis: RedisClient;

  beforeAll(async () => {
    store = await redisForTest();
    redis = createRedis({ url: store.url, name: 'counters-test' });
    await whenReady(redis, 10_000);
  });

  afterAll(async () => {
    await closeRedis(redis);
    await store.close();
  });

  /** Counters of their own for each test. */
  function freshCounters() {
    const prefix = `${store.prefix}:${uuidv7()}`;
    return { prefix, counters: new Counters(redis, { prefix, inboxRetentionMs: 8 * DAY_MS }) };
  }

  it('should start from nothing', async () => {
    const { counters } = freshCounters();

    expect(await counters.totals()).toEqual({
      accounts: 0,
      posts: 0,
      comments: 0,
      likes: 0,
      views: 0,
    });
  });

  it('should equal a naive model for deliveries in any order, repeated at will', async () => {
    const event = fc.record({
      counter: fc.constantFrom(...counterNames),
      eventId: fc.uuid({ version: [4, 7] }),
    });
    const deliveries = fc
      .uniqueArray(event, { minLength: 1, maxLength: 20, selector: ({ eventId }) => eventId })
      .chain((events) => fc.array(fc.constantFrom(...events), { maxLength: 60 }));

    await fc.assert(
      fc.asyncProperty(deliveries, async (sequence) => {
        const { counters } = freshCounters();
        const seen = new Set<string>();
        const model = { accounts: 0, posts: 0, comments: 0, likes: 0, views: 0 };

        for (const { counter, eventId } of sequence) {
          const isNew = !seen.has(eventId);
          if (isNew) model[counter] += 1;
          seen.add(eventId);
          expect(await counters.count({ counter, eventId })).toBe(isNew);
        }
        expect(await counters.totals()).toEqual(model);
      }),
      { numRuns: 40 },
    );
  });

  it('should count an event once when many deliver it at the same time', async () => {
    const { prefix, counters } = freshCounters();
    const other = createRedis({ url: store.url, name: 'counters-test-2' });
    await whenReady(other, 10_000);
    const rival = new Counters(other, { prefix, inboxRetentionMs: DAY_MS });
    const event = { counter: 'likes', eventId: uuidv7() } as const;

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, nth) => (nth % 2 === 0 ? counters : rival).count(event)),
    );
    await closeRedis(other);

    expect(outcomes.filter((counted) => counted)).toHaveLength(1);
    expect((await counters.totals()).likes).toBe(1);
  });

  it('should not record an event whose effect Redis refused', async () => {
    const { prefix, counters } = freshCounters();
    const totalsKey = new KeySpace(prefix, 'counters').key('totals');
    const event = { counter: 'posts', eventId: uuidv7() } as const;

    await redis.hset(totalsKey, 'posts', 'not a number');
    await expect(counters.count(event)).rejects.toThrow('not an integer');
    await redis.hdel(totalsKey, 'posts');

    expect(await counters.count(event)).toBe(true);
    expect((await counters.totals()).posts).toBe(1);
  });

  it('should let go of the ids of events after the retention, and never of the totals', async () => {
    const { prefix, counters } = freshCounters();
    await counters.count({ counter: 'views', eventId: uuidv7({ msecs: 0 }) });

    const inbox = new KeySpace(prefix, 'counters').key('inbox', 0);
    const ttlMs = await redis.pttl(inbox);

    expect(ttlMs).toBeGreaterThan(8 * DAY_MS - 600_000);
    expect(ttlMs).toBeLessThanOrEqual(8 * DAY_MS);
    expect(await redis.pttl(new KeySpace(prefix, 'counters').key('totals'))).toBe(-1);
  });
});
