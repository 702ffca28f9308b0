import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { KeySpace } from '../store/key-space.js';
import { UniqueVisitors } from './unique-visitors.js';

const noon = new Date('2026-01-31T12:00:00Z');

describe('UniqueVisitors', () => {
  let store: Awaited<ReturnType<typeof redisForTest>>;
  let redis: RedisClient;

  beforeAll(async () => {
    store = await redisForTest();
    redis = createRedis({ url: store.url, name: 'visitors-test' });
    await whenReady(redis, 10_000);
  });

  afterAll(async () => {
    await closeRedis(redis);
    await store.close();
  });

  function freshVisitors() {
    const prefix = `${store.prefix}:${uuidv7()}`;
    return { prefix, visitors: new UniqueVisitors(redis, { prefix }) };
  }

  it('should know nobody on a day without visits', async () => {
    const { visitors } = freshVisitors();

    expect(await visitors.countOn(noon)).toBe(0);
  });

  it('should count a visit in the UTC day in which it happened', async () => {
    const { visitors } = freshVisitors();
    await visitors.record({ visitor: 'ada', at: new Date('2026-01-31T23:59:59.999Z') });
    await visitors.record({ visitor: 'bob', at: new Date('2026-02-01T00:00:00.000Z') });
    await visitors.record({ visitor: 'cleo', at: new Date('2026-02-01T00:30:00.000+01:00') });

    expect(await visitors.countOn(new Date('2026-01-31T00:00:00Z'))).toBe(2);
    expect(await visitors.countOn(new Date('2026-02-01T23:59:59Z'))).toBe(1);
  });

  it('should equal a set for small numbers, however often somebody comes', async () => {
    const visits = fc.array(
      fc.record({
        visitor: fc.integer({ min: 1, max: 20 }).map((nth) => `visitor-${nth}`),
        day: fc.integer({ min: 1, max: 3 }),
      }),
      { maxLength: 60 },
    );

    await fc.assert(
      fc.asyncProperty(visits, async (sequence) => {
        const { visitors } = freshVisitors();
        const model = new Map<number, Set<string>>();
        for (const { visitor, day } of sequence) {
          await visitors.record({ visitor, at: new Date(Date.UTC(2026, 0, day, 12)) });
          model.set(day, (model.get(day) ?? new Set()).add(visitor));
        }
        for (const [day, people] of model) {
          expect(await visitors.countOn(new Date(Date.UTC(2026, 0, day)))).toBe(people.size);
        }
      }),
      { numRuns: 25 },
    );
  });

  it.each([1_000, 20_000])(
    'should stay within 3 standard errors at %d visitors',
    async (people) => {
      const { visitors } = freshVisitors();
      // Fixed names: an estimate depends on nothing but the set, so this one never changes.
      for (let first = 0; first < people; first += 1_000) {
        await Promise.all(
          Array.from({ length: 1_000 }, (_, nth) =>
            visitors.record({ visitor: `visitor-${first + nth}`, at: noon }),
          ),
        );
      }

      const error = Math.abs((await visitors.countOn(noon)) - people) / people;

      expect(error).toBeLessThanOrEqual(3 * UniqueVisitors.standardError);
    },
  );

  it('should keep a day for 400 days in at most 12 KiB and its header', async () => {
    const { prefix, visitors } = freshVisitors();
    await visitors.record({ visitor: 'ada', at: noon });
    const day = new KeySpace(prefix, 'visitors').key('day', '2026-01-31');

    expect((await redis.pttl(day)) / 86_400_000).toBeCloseTo(400, 1);
    expect(await redis.strlen(day)).toBeLessThanOrEqual(12 * 1_024 + 16);
  });
});
