import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { keysOf } from '../../test/keys-of.js';
import { DAY_MS } from '../counters/periods.js';
import { EventRecorder } from '../events/event-recorder.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { ACTIVE_MINUTES, ActiveVisitors, SPARKLINE_MINUTES } from './active-visitors.js';

const MINUTE_MS = 60_000;

describe('ActiveVisitors', () => {
  let store: Awaited<ReturnType<typeof redisForTest>>;
  let redis: RedisClient;

  beforeAll(async () => {
    store = await redisForTest();
    redis = createRedis({ url: store.url, name: 'active-test' });
    await whenReady(redis, 10_000);
  });

  afterAll(async () => {
    await closeRedis(redis);
    await store.close();
  });

  function fresh() {
    const prefix = `${store.prefix}:${uuidv7()}`;
    const options = { prefix, inboxRetentionMs: DAY_MS, maxPages: 8_000 };
    return {
      prefix,
      recorder: new EventRecorder(redis, options),
      active: new ActiveVisitors(redis, { prefix }),
    };
  }

  const seen = fc.record({
    minute: fc.integer({ min: 0, max: SPARKLINE_MINUTES + 3 }),
    page: fc.constantFrom('/a', '/b', undefined),
    visitor: fc.constantFrom('ada', 'bob', 'cleo', 'dan'),
  });

  it('should equal a naive model: by union, and each minute for itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(seen, { maxLength: 40 }), async (sightings) => {
        const { recorder, active } = fresh();
        // A minute that passes meanwhile moves what is seen and what is expected alike.
        const base = Math.floor(Date.now() / MINUTE_MS);
        const events = sightings.map(({ minute, page, visitor }): RecordedEvent => ({
          id: uuidv7(),
          type: page === undefined ? 'click' : 'view',
          at: new Date((base - minute) * MINUTE_MS),
          page,
          visitor,
        }));
        await recorder.record(events);
        for (const page of ['/a', undefined]) {
          const { people, minutes } = await active.now(page);
          const current = (minutes.at(-1)?.at.getTime() ?? 0) / MINUTE_MS;
          const peopleIn = (from: number, to: number) =>
            new Set(
              events
                .filter((event) => page === undefined || event.page === page)
                .filter(
                  ({ at }) => at.getTime() >= from * MINUTE_MS && at.getTime() < to * MINUTE_MS,
                )
                .map(({ visitor }) => visitor),
            ).size;
          expect(minutes).toHaveLength(SPARKLINE_MINUTES);
          expect(minutes.map((minute) => minute.people)).toEqual(
            minutes.map(({ at }) =>
              peopleIn(at.getTime() / MINUTE_MS, at.getTime() / MINUTE_MS + 1),
            ),
          );
          expect(people).toBe(peopleIn(current - ACTIVE_MINUTES + 1, current + 1));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('should count who is active in every minute once, however many they are', async () => {
    const { recorder, active } = fresh();
    const base = Math.floor(Date.now() / MINUTE_MS);
    for (let ago = 0; ago < 4; ago += 1) {
      await recorder.record(
        Array.from({ length: 600 }, (_, nth): RecordedEvent => ({
          id: uuidv7(),
          type: 'view',
          at: new Date((base - ago) * MINUTE_MS),
          page: '/',
          visitor: `visitor-${nth}`,
        })),
      );
    }
    const { people, isExact, minutes } = await active.now();

    expect(isExact).toBe(false);
    expect(Math.abs(people - 600) / 600).toBeLessThanOrEqual(3 * 0.0081);
    expect(minutes.filter((minute) => minute.people > 0).length).toBe(4);
  });

  it('should keep nothing for longer than it can be seen', async () => {
    const { prefix, recorder } = fresh();
    const now = new Date();
    await recorder.record([
      { id: uuidv7(), type: 'view', at: now, page: '/', visitor: 'ada' },
      {
        id: uuidv7(),
        type: 'view',
        at: new Date(now.getTime() - DAY_MS),
        page: '/',
        visitor: 'ada',
      },
    ]);
    const keys = await keysOf(redis, `{${prefix}*active*`);
    const left = await Promise.all(keys.map(async (key) => redis.pttl(key)));

    expect(keys).toHaveLength(2);
    for (const ttlMs of left) {
      expect(ttlMs).toBeGreaterThan(SPARKLINE_MINUTES * MINUTE_MS);
      expect(ttlMs).toBeLessThanOrEqual((SPARKLINE_MINUTES + 11) * MINUTE_MS);
    }
  });
});
