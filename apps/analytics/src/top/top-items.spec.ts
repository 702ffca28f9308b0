import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { DAY_MS, dayNumber } from '../counters/periods.js';
import { EventRecorder } from '../events/event-recorder.js';
import { EventShards } from '../events/event-shards.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { TopItems } from './top-items.js';

const today = dayNumber(new Date());

describe('TopItems', () => {
  let store: Awaited<ReturnType<typeof redisForTest>>;
  let redis: RedisClient;

  beforeAll(async () => {
    store = await redisForTest();
    redis = createRedis({ url: store.url, name: 'top-test' });
    await whenReady(redis, 10_000);
  });

  afterAll(async () => {
    await closeRedis(redis);
    await store.close();
  });

  function fresh(topItems?: number) {
    const prefix = `${store.prefix}:${uuidv7()}`;
    const recorder = new EventRecorder(redis, {
      prefix,
      inboxRetentionMs: DAY_MS,
      maxPages: 8,
      ...(topItems && { topItems }),
    });
    return {
      prefix,
      recorder,
      top: new TopItems(redis, { prefix, ...(topItems && { topItems }) }),
    };
  }

  const view = (page: string, country: string, day = today): RecordedEvent => ({
    id: uuidv7(),
    type: 'view',
    at: new Date(day * DAY_MS),
    page,
    country,
  });

  function counted(events: readonly RecordedEvent[], dimension: 'page' | 'country') {
    const groups = Map.groupBy(events, (event) => event[dimension] ?? '');
    return new Map([...groups].map(([item, own]) => [item, own.length]));
  }

  const visits = fc.array(
    fc.record({
      page: fc.integer({ min: 0, max: 30 }).map((nth) => `/${nth}`),
      country: fc.constantFrom('DE', 'FR', 'IT', 'ES', 'PL', 'NL'),
    }),
    { minLength: 1, maxLength: 150 },
  );

  it('should equal a naive model while there is room for all, as for pages beyond those with names', async () => {
    await fc.assert(
      fc.asyncProperty(visits, async (sequence) => {
        const { recorder, top } = fresh();
        const events = sequence.map(({ page, country }) => view(page, country));
        for (let from = 0; from < events.length; from += 40) {
          await recorder.record(events.slice(from, from + 40));
        }
        await recorder.record(events.slice(0, 40));
        for (const dimension of ['page', 'country'] as const) {
          const expected = [...counted(events, dimension)]
            .map(([item, count]) => ({ item, count, error: 0 }))
            .toSorted((a, b) => b.count - a.count || (a.item < b.item ? -1 : 1));
          expect(await top.top(dimension, today, 100)).toEqual(expected);
          // Of equals any may be in the list.
          const first = await top.top(dimension, today, 2);
          expect(first.map(({ count }) => count)).toEqual(
            expected.slice(0, 2).map(({ count }) => count),
          );
        }
      }),
      { numRuns: 20 },
    );
  });

  it('should never count too little, say by how much too much, and miss nothing frequent, where there is not', async () => {
    const MOST = 3;
    await fc.assert(
      fc.asyncProperty(visits, async (sequence) => {
        const { prefix, recorder, top } = fresh(MOST);
        const events = sequence.map(({ page, country }) => view(page, country));
        for (const event of events) await recorder.record([event]);
        const shards = new EventShards(prefix);
        for (const dimension of ['page', 'country'] as const) {
          const truth = counted(events, dimension);
          const shown = await top.top(dimension, today, 100);
          const wrong = shown.filter(({ item, count, error }) => {
            const exact = truth.get(item) ?? 0;
            return count < exact || count - error > exact;
          });
          expect(wrong).toEqual([]);
        }
        const perShard = Map.groupBy(events, (event) => shards.of(event).key());
        const frequent = [...counted(events, 'page')].filter(([page, count]) => {
          const own = perShard.get(shards.ofPage(page).key()) ?? [];
          return count > own.length / MOST;
        });
        const shown = (await top.top('page', today, 100)).map(({ item }) => item);
        expect(shown).toEqual(expect.arrayContaining(frequent.map(([page]) => page)));
        expect(shown.length).toBeLessThanOrEqual(MOST * shards.all.length);
      }),
      { numRuns: 15 },
    );
  });

  it('should keep days apart, each for 40 days', async () => {
    const { prefix, recorder, top } = fresh();
    await recorder.record([view('/a', 'DE'), view('/b', 'DE', today - 1)]);
    const key = new EventShards(prefix).ofPage('/a').key('top', 'page', today);

    expect((await top.top('page', today, 10)).map(({ item }) => item)).toEqual(['/a']);
    expect((await top.top('page', today - 1, 10)).map(({ item }) => item)).toEqual(['/b']);
    expect(await redis.call('PEXPIRETIME', key)).toBe((today + 41) * DAY_MS);
  });
});
