import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { keysOf } from '../../test/keys-of.js';
import { ModelEvents } from '../../test/model-events.js';
import { EventCounters, OTHER, dimensions } from '../counters/event-counters.js';
import { DAY_MS, endOf, granularities, periodOf } from '../counters/periods.js';
import { EventRecorder } from './event-recorder.js';
import { EventShards, SHARDS } from './event-shards.js';
import { type RecordedEvent, devices } from './recorded-event.js';

/** A day ago, so that every granularity is still kept. */
const yesterday = Math.floor(Date.now() / DAY_MS - 1) * DAY_MS;

const HOUR_MS = 3_600_000;
/** From here on three hours are on two days. */
const evening = yesterday + 22.5 * HOUR_MS;

describe('EventRecorder', () => {
  let store: Awaited<ReturnType<typeof redisForTest>>;
  let redis: RedisClient;

  beforeAll(async () => {
    store = await redisForTest();
    redis = createRedis({ url: store.url, name: 'events-test' });
    await whenReady(redis, 10_000);
  });

  afterAll(async () => {
    await closeRedis(redis);
    await store.close();
  });

  function fresh(maxPages = 8_000) {
    const prefix = `${store.prefix}:${uuidv7()}`;
    const recorder = new EventRecorder(redis, { prefix, inboxRetentionMs: 8 * DAY_MS, maxPages });
    return { prefix, recorder, counters: new EventCounters(redis, { prefix }) };
  }

  const anyEvent: fc.Arbitrary<RecordedEvent> = fc.record({
    id: fc.uuid({ version: 7 }),
    type: fc.constantFrom('view', 'click', 'posts.liked'),
    at: fc.integer({ min: 0, max: 3 * HOUR_MS }).map((ms) => new Date(evening + ms)),
    page: fc.option(fc.constantFrom('/', '/a', '/b/c', '/d', '/e', '/f'), { nil: undefined }),
    visitor: fc.option(fc.constantFrom('ada', 'bob', 'cleo'), { nil: undefined }),
    country: fc.option(fc.constantFrom('DE', 'FR'), { nil: undefined }),
    device: fc.option(fc.constantFrom(...devices), { nil: undefined }),
  });

  const batches = fc
    .uniqueArray(anyEvent, { minLength: 1, maxLength: 15, selector: ({ id }) => id })
    .chain((events) =>
      fc.array(fc.array(fc.constantFrom(...events), { maxLength: 12 }), { maxLength: 6 }),
    );

  it('should equal a naive model for batches in any order, with repetitions in and between them', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (sequence) => {
        const { recorder, counters } = fresh();
        const model = new ModelEvents();
        for (const batch of sequence) {
          expect(await recorder.record(batch)).toEqual(model.record(batch));
        }

        const types = ['view', 'click', 'posts.liked'];
        expect(await counters.totals(types)).toEqual(types.map((type) => model.totalOf(type)));
        const cases = model
          .counted()
          .flatMap((counted) => granularities.map((granularity) => ({ counted, granularity })));
        await Promise.all(
          cases.map(async ({ counted, granularity }) => {
            const { start: from } = periodOf(granularity, new Date(evening));
            const to = new Date(evening + 4 * HOUR_MS);
            const points = await counters.series(counted, granularity, { from, to });
            expect(points.filter(({ count }) => count > 0)).toEqual(
              model.series(counted, granularity),
            );
          }),
        );
      }),
      { numRuns: 12 },
    );
  });

  it('should total any range from the fewest keys, as adding up every minute would', async () => {
    const { recorder, counters } = fresh();
    const events = Array.from({ length: 200 }, (_, nth): RecordedEvent => ({
      id: uuidv7(),
      type: 'view',
      at: new Date(yesterday + nth * 797_000),
      page: '/',
    }));
    await recorder.record(events);
    const minute = fc.integer({ min: 0, max: 2 * 1_440 }).map((nth) => yesterday + nth * 60_000);

    await fc.assert(
      fc.asyncProperty(minute, minute, async (one, other) => {
        const range = { from: new Date(Math.min(one, other)), to: new Date(Math.max(one, other)) };
        const expected = events.filter(({ at }) => at >= range.from && at < range.to).length;
        expect(await counters.total({ dimension: 'page', value: '/' }, range)).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('should count an event once when many send it at the same time', async () => {
    const { prefix, recorder, counters } = fresh();
    const other = createRedis({ url: store.url, name: 'events-test-2' });
    await whenReady(other, 10_000);
    const rival = new EventRecorder(other, { prefix, inboxRetentionMs: DAY_MS, maxPages: 8 });
    const event = { id: uuidv7(), type: 'view', at: new Date(), page: '/', visitor: 'ada' };

    const outcomes = await Promise.all(
      Array.from({ length: 40 }, async (_, nth) =>
        (nth % 2 === 0 ? recorder : rival).record([event]),
      ),
    );
    await closeRedis(other);

    expect(outcomes.flat().filter((outcome) => outcome === 'counted')).toHaveLength(1);
    expect(await counters.totals(['view'])).toEqual([1]);
  });

  it('should count pages beyond the bound together, and keep counting those it knows', async () => {
    const { recorder, counters } = fresh(SHARDS);
    const pages = Array.from({ length: 60 }, (_, nth) => `/page-${nth}`);
    const views = (page: string): RecordedEvent => ({
      id: uuidv7(),
      type: 'view',
      at: new Date(yesterday),
      page,
      visitor: 'ada',
    });
    await recorder.record(pages.map(views));
    await recorder.record(pages.map(views));
    const range = { from: new Date(yesterday), to: new Date(yesterday + DAY_MS) };
    const counts = await Promise.all(
      pages.map(async (value) => counters.total({ dimension: 'page', value }, range)),
    );
    const named = counts.filter((count) => count > 0);

    expect(named.length).toBeLessThanOrEqual(SHARDS);
    expect(new Set(named)).toEqual(new Set([2]));
    expect(await counters.total({ dimension: 'page', value: OTHER }, range)).toBe(
      2 * (pages.length - named.length),
    );
    expect(await counters.total({ dimension: 'all', value: 'all' }, range)).toBe(2 * pages.length);
  });

  it('should not record an event whose effect Redis refused', async () => {
    const { prefix, recorder, counters } = fresh();
    const event: RecordedEvent = { id: uuidv7(), type: 'view', at: new Date() };
    const totals = new EventShards(prefix).of(event).key('totals');
    await redis.hset(totals, 'view', 'not a number');
    await expect(recorder.record([event])).rejects.toThrow('not an integer');
    await redis.del(totals);

    expect(await recorder.record([event])).toEqual(['counted']);
    expect(
      await counters.series({ dimension: 'all', value: 'all' }, 'minute', minuteOf(event)),
    ).toEqual([{ at: periodOf('minute', event.at).start, count: 1 }]);
  });

  it('should let every key expire but the totals', async () => {
    const { prefix, recorder } = fresh();
    const event: RecordedEvent = {
      id: uuidv7(),
      type: 'view',
      at: new Date(),
      page: '/',
      visitor: 'ada',
      country: 'DE',
      device: 'mobile',
    };
    await recorder.record([event]);
    const keys = await keysOf(redis, `{${prefix}*`);
    const lasting: string[] = [];
    for (const key of keys) if ((await redis.pttl(key)) === -1) lasting.push(key);

    // Beside counts and what is most frequent: an inbox, totals, pages, visitors and active twice.
    const figures = dimensions.length * granularities.length + (dimensions.length - 1);
    expect(keys.length).toBe(figures + 7);
    expect(lasting).toEqual([new EventShards(prefix).of(event).key('totals')]);
  });

  it('should not count in periods that are kept no more', async () => {
    const { recorder, counters } = fresh();
    const at = new Date(Date.now() - 100 * DAY_MS);
    await recorder.record([{ id: uuidv7(), type: 'view', at }]);
    const all = { dimension: 'all', value: 'all' } as const;
    const found: Record<string, number> = {};
    for (const granularity of granularities) {
      const { start } = periodOf(granularity, at);
      const range = { from: start, to: endOf({ granularity, start }) };
      const [point] = await counters.series(all, granularity, range);
      found[granularity] = point?.count ?? Number.NaN;
    }

    expect(found).toEqual({ minute: 0, hour: 0, day: 1, month: 1 });
  });

  it('should hold an hour of minutes in less than a kilobyte', async () => {
    const { prefix, recorder } = fresh();
    const hour = Math.floor(yesterday / 3_600_000) * 3_600_000;
    await recorder.record(
      Array.from({ length: 600 }, (_, nth): RecordedEvent => ({
        id: uuidv7(),
        type: 'view',
        at: new Date(hour + (nth % 60) * 60_000),
        page: '/',
      })),
    );
    const key = new EventShards(prefix)
      .ofPage('/')
      .key('count', 'page', '/', 'minutes', hour / 3_600_000);

    expect(await redis.hlen(key)).toBe(60);
    expect(await redis.memory('USAGE', key)).toBeLessThan(1_024);
  });
});

function minuteOf({ at }: RecordedEvent) {
  const { start } = periodOf('minute', at);
  return { from: start, to: new Date(start.getTime() + 60_000) };
}
