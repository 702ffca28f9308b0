import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { keysOf } from '../../test/keys-of.js';
import { ModelEvents } from '../../test/model-events.js';
import { DAY_MS, dayNumber } from '../counters/periods.js';
import { EventRecorder } from '../events/event-recorder.js';
import { EventShards } from '../events/event-shards.js';
import type { RecordedEvent } from '../events/recorded-event.js';
import { KeySpace } from '../store/key-space.js';
import { UniqueVisitors } from './unique-visitors.js';

const today = dayNumber(new Date());
const pages = ['/', '/a', '/b', '/c', '/d', '/e'];
/** More than a set names: from here on it is an estimate. */
const MANY = 300;

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

  function fresh() {
    const prefix = `${store.prefix}:${uuidv7()}`;
    const options = { prefix, inboxRetentionMs: DAY_MS, maxPages: 8_000 };
    return {
      prefix,
      recorder: new EventRecorder(redis, options),
      visitors: new UniqueVisitors(redis, { prefix }),
    };
  }

  const visit = (day: number, page: string, visitor: string): RecordedEvent => ({
    id: uuidv7(),
    type: 'view',
    at: new Date(day * DAY_MS + 43_200_000),
    page,
    visitor,
  });

  /** Unions are kept for seconds: as long as nothing is asked twice, none is in the way. */
  const forget = async (prefix: string) => {
    const keys = await keysOf(redis, `{${prefix}*:union:*`);
    await Promise.all(keys.map(async (key) => redis.del(key)));
  };

  it('should know nobody on a day without visits', async () => {
    const { visitors } = fresh();

    expect(await visitors.countOn(new Date())).toEqual({ count: 0, isExact: true });
  });

  it('should count a visit in the UTC day in which it happened', async () => {
    const { recorder, visitors } = fresh();
    const midnight = today * DAY_MS;
    await recorder.record([
      { ...visit(0, '/', 'ada'), at: new Date(midnight - 1) },
      { ...visit(0, '/', 'bob'), at: new Date(midnight) },
    ]);

    expect(await visitors.countOn(new Date(midnight - DAY_MS))).toMatchObject({ count: 1 });
    expect(await visitors.countOn(new Date(midnight))).toMatchObject({ count: 1 });
  });

  it('should equal a naive model for any days and any pages, also after late visits', async () => {
    const visits = fc.array(
      fc
        .record({
          ago: fc.integer({ min: 0, max: 80 }),
          page: fc.constantFrom(...pages),
          visitor: fc.integer({ min: 1, max: 12 }).map((nth) => `visitor-${nth}`),
        })
        .map(({ ago, page, visitor }) => visit(today - ago, page, visitor)),
      { maxLength: 60 },
    );
    const question = fc.record({
      ago: fc.integer({ min: 0, max: 85 }),
      days: fc.integer({ min: 1, max: 85 }),
      pages: fc.option(fc.uniqueArray(fc.constantFrom(...pages), { minLength: 1 }), {
        nil: undefined,
      }),
    });
    const rounds = fc.array(fc.tuple(visits, fc.array(question, { maxLength: 6 })), {
      maxLength: 3,
    });

    await fc.assert(
      fc.asyncProperty(rounds, async (history) => {
        const { prefix, recorder, visitors } = fresh();
        const model = new ModelEvents();
        for (const [events, questions] of history) {
          await recorder.record(events);
          model.record(events);
          await forget(prefix);
          for (const { ago, days, pages: of } of questions) {
            const range = { from: today - ago, to: today - ago + days };
            const whole = { from: new Date(range.from * DAY_MS), to: new Date(range.to * DAY_MS) };
            expect(await visitors.count(range, of)).toEqual({
              count: model.visitors(whole, of),
              isExact: true,
            });
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('should be exact up to 256 people a day, and say when it is not', async () => {
    const { recorder, visitors } = fresh();
    const people = (count: number) =>
      Array.from({ length: count }, (_, nth) => visit(today, '/', `visitor-${nth}`));
    await recorder.record(people(256));
    const range = { from: today, to: today + 1 };
    const exact = await visitors.count(range, ['/']);
    await recorder.record(people(257));
    const later = await visitors.count({ from: today - 1, to: today + 1 }, ['/']);

    expect(exact).toEqual({ count: 256, isExact: true });
    expect(later.isExact).toBe(false);
    expect(Math.abs(later.count - 257) / 257).toBeLessThanOrEqual(3 * UniqueVisitors.standardError);
  });

  it.each([1_000, 20_000])(
    'should stay within 3 standard errors at %d visitors of many days and pages',
    async (people) => {
      const { recorder, visitors } = fresh();
      // Fixed names: an estimate depends on nothing but the set, so this one never changes.
      for (let first = 0; first < people; first += 1_000) {
        const visits = Array.from({ length: 1_000 }, (_, nth) => {
          const visitor = first + nth;
          return visit(
            today - (visitor % 45),
            pages[visitor % pages.length] ?? '/',
            `visitor-${visitor}`,
          );
        });
        // Everybody comes twice, on two days.
        const again = visits.map(({ visitor = '', page = '' }, nth) =>
          visit(today - (nth % 40), page, visitor),
        );
        await recorder.record([...visits, ...again]);
      }
      const range = { from: today - 60, to: today + 1 };
      for (const asked of [undefined, pages]) {
        const { count, isExact } = await visitors.count(range, asked);
        expect(isExact).toBe(false);
        expect(Math.abs(count - people) / people).toBeLessThanOrEqual(
          3 * UniqueVisitors.standardError,
        );
      }
    },
    120_000,
  );

  it('should unite days that are small and days that are not', async () => {
    const { recorder, visitors } = fresh();
    const many = Array.from({ length: MANY }, (_, nth) => visit(today - 1, '/', `visitor-${nth}`));
    await recorder.record([...many, visit(today, '/', 'visitor-1'), visit(today, '/', 'new')]);
    const { count } = await visitors.count({ from: today - 1, to: today + 1 }, ['/']);

    expect(Math.abs(count - (MANY + 1)) / MANY).toBeLessThanOrEqual(
      3 * UniqueVisitors.standardError,
    );
  });

  it('should unite a month that is over once, and anew after a late visit', async () => {
    const { prefix, recorder, visitors } = fresh();
    const now = new Date();
    const [first, end] = [-1, 0].map((months) =>
      dayNumber(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months))),
    );
    if (first === undefined || end === undefined) throw new RangeError('no month');
    // On the 1st, until a union of what was yesterday is settled, there is none to look at.
    const start = new Date(first * DAY_MS);
    const month = start.getUTCFullYear() * 100 + start.getUTCMonth() + 1;
    const union = new EventShards(prefix).ofPage('/').key('visitors', '/', 'month', month);
    const range = { from: first - 40, to: end };
    await recorder.record([visit(first, '/', 'ada'), visit(first + 20, '/', 'bob')]);
    const before = await visitors.count(range, ['/']);
    const isUnited = await redis.exists(union);
    await recorder.record([visit(first + 20, '/', 'bob')]);
    const afterSame = await redis.exists(union);
    await recorder.record([visit(first + 3, '/', 'cleo')]);
    const afterNew = await redis.exists(union);
    await forget(prefix);

    expect(before.count).toBe(2);
    expect([isUnited, afterSame, afterNew]).toEqual([1, 1, 0]);
    expect((await visitors.count(range, ['/'])).count).toBe(3);
  });

  it('should keep a day for 400 days, in at most 12 KiB and its header', async () => {
    const { prefix, recorder } = fresh();
    const many = Array.from({ length: 5_000 }, (_, nth) => visit(today, '/', `visitor-${nth}`));
    for (let from = 0; from < many.length; from += 1_000) {
      await recorder.record(many.slice(from, from + 1_000));
    }
    const day = new KeySpace(prefix, 'presence').key('visitors', 'day', today);
    const until = (today + 401) * DAY_MS;

    expect(await redis.call('PEXPIRETIME', day)).toBe(until);
    expect(await redis.strlen(day)).toBeLessThanOrEqual(12 * 1_024 + 16);
  });
});
