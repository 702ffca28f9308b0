import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventRecorded } from '@trilith/contracts';
import { v7 as uuidv7 } from 'uuid';

import { DAY_MS } from '../src/counters/periods.js';
import { EventRecorder } from '../src/events/event-recorder.js';
import type { RecordedEvent } from '../src/events/recorded-event.js';
import { CountingProxy } from './counting-proxy.js';
import { Platform } from './platform.js';

const HOUR_MS = 3_600_000;
const dayText = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);

/** Calendar months from so many days ago to now, both included. */
function monthsSince(ago: number): number {
  const [then, now] = [new Date(Date.now() - ago * DAY_MS), new Date()];
  const years = now.getUTCFullYear() - then.getUTCFullYear();
  return years * 12 + now.getUTCMonth() - then.getUTCMonth() + 1;
}

describe('queries', () => {
  let platform: Platform;
  let proxy: CountingProxy;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    platform = await Platform.start();
    proxy = await CountingProxy.to(platform.url);
    app = await platform.replica({ ANALYTICS_REDIS_URL: proxy.url, REPORTS_AGE: '500ms' });
    const visit = (hoursAgo: number, page: string, visitor: string): RecordedEvent => ({
      id: uuidv7(),
      type: 'view',
      at: new Date(Date.now() - hoursAgo * HOUR_MS),
      page,
      visitor,
      country: 'DE',
    });
    await app
      .get(EventRecorder)
      .record([
        visit(0, '/a', 'ada'),
        visit(0, '/b', 'ada'),
        visit(0, '/b', 'bob'),
        visit(24, '/a', 'ada'),
        visit(24, '/b', 'cleo'),
        visit(24 * 60, '/a', 'dan'),
      ]);
    // The first calls teach the server its scripts.
    for (const url of ['/v1/visitors', '/v1/active', '/v1/top']) await app.inject(url);
  });

  afterAll(async () => {
    await platform.close();
    proxy.close();
  });

  async function get(url: string): Promise<Record<string, unknown>> {
    const response = await app.inject(url);
    expect([url, response.statusCode]).toEqual([url, 200]);
    return response.json();
  }

  it.each([
    ['today', '', 2, 3],
    ['two days', `?from=${dayText(1)}`, 3, 5],
    ['one page', `?from=${dayText(1)}&page=/a`, 1, 2],
    ['two pages', `?from=${dayText(1)}&page=/b&page=/a`, 3, 5],
    ['a page named twice', '?page=/a&page=/a', 1, 1],
    ['a season', `?from=${dayText(80)}`, 4, 6],
    ['a season that is over', `?from=${dayText(80)}&to=${dayText(40)}`, 1, 1],
    ['a page that nobody knows', '?page=/c', 0, 0],
  ])('should tell visitors and visits of %s', async (_what, query, people, visits) => {
    expect(await get(`/v1/visitors${query}`)).toMatchObject({ people, visits, standardError: 0 });
  });

  it('should tell who is there now, and over the last half hour', async () => {
    const everywhere = await get('/v1/active');
    const minutes = everywhere['minutes'] as { at: string; people: number }[];

    expect(everywhere).toMatchObject({ page: null, people: 2, standardError: 0 });
    expect(minutes).toHaveLength(30);
    expect(minutes.reduce((sum, { people }) => sum + people, 0)).toBe(2);
    expect(await get('/v1/active?page=/a')).toMatchObject({ page: '/a', people: 1 });
  });

  it.each([
    ['', 3, 24],
    ['?step=minute', 3, 24],
    ['?step=day', 5, 24],
    [`?step=month&from=${dayText(100)}T00:00:00Z`, 6, monthsSince(100)],
    ['?dimension=page&value=/b&step=day', 3, 24],
    ['?dimension=country&value=DE&step=day', 5, 24],
    ['?dimension=type&value=click', 0, 24],
  ])('should tell how often events happened: /v1/series%s', async (query, total, length) => {
    const answer = await get(`/v1/series${query}`);
    const points = answer['points'] as { at: string; count: number }[];

    expect(answer).toMatchObject({ total });
    expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(points.length).toBe(length);
  });

  it.each([
    ['/v1/visitors?from=2001-01-01&to=2001-02-01', 'range_not_kept'],
    [`/v1/visitors?from=${dayText(0)}&to=${dayText(1)}`, 'bad_range'],
    ['/v1/visitors?from=2026-02-30', 'validation_failed'],
    ['/v1/visitors?page=a', 'validation_failed'],
    [`/v1/visitors?${'page=/a&'.repeat(21)}`, 'validation_failed'],
    ['/v1/visitors?day=1', 'validation_failed'],
    ['/v1/active?page=', 'validation_failed'],
    ['/v1/active?page=/a&page=/b', 'validation_failed'],
    ['/v1/top?day=2020-01-01', 'range_not_kept'],
    ['/v1/top?dimension=all', 'validation_failed'],
    ['/v1/top?limit=101', 'validation_failed'],
    ['/v1/series?dimension=page', 'validation_failed'],
    ['/v1/series?value=1', 'validation_failed'],
    ['/v1/series?step=second', 'validation_failed'],
    ['/v1/series?step=minute&from=2026-01-01T00:00:00Z', 'range_not_kept'],
    ['/v1/series?step=day&to=9999-12-31T00:00:00Z&from=2100-01-01T00:00:00Z', 'bad_range'],
    ['/v1/series?to=2026-01-01', 'validation_failed'],
  ])('should refuse %s by 400: %s', async (url, code) => {
    const response = await app.inject(url);

    expect([response.statusCode, response.json().code]).toEqual([400, code]);
  });

  it.each([
    '/v1/active?page=/x',
    '/v1/series?step=day&dimension=page&value=/x',
    '/v1/visitors?page=/x',
    '/v1/top?limit=3',
  ])(
    'should read all that %s answers in one round trip, and then from memory for a moment',
    async (url) => {
      expect(await proxy.roundTripsOf(async () => app.inject({ url }))).toBe(1);
      const again = async () => Promise.all([1, 2, 3].map(async () => app.inject({ url })));
      expect(await proxy.roundTripsOf(again)).toBeLessThanOrEqual(1);
    },
  );

  it('should tell the most frequent pages of today, and of a day before', async () => {
    expect(await get('/v1/top')).toMatchObject({
      dimension: 'page',
      day: dayText(0),
      items: [
        { value: '/b', count: 2, error: 0 },
        { value: '/a', count: 1, error: 0 },
      ],
    });
    expect(await get(`/v1/top?dimension=country&day=${dayText(1)}`)).toMatchObject({
      items: [{ value: 'DE', count: 2, error: 0 }],
    });
  });

  it('should count what services tell of by message', async () => {
    const payload = { type: 'search', country: 'FR', at: new Date().toISOString() };
    const event = { topic: eventRecorded, key: 'any', id: uuidv7(), payload };
    await platform.publish('content', [event, event]);
    // What is drained has to have been published by both.
    await platform.publish('users', [
      { ...event, id: uuidv7(), payload: { ...payload, type: 'nap' } },
    ]);
    await platform.drained();

    expect(await get('/v1/series?dimension=country&value=FR')).toMatchObject({ total: 2 });
    expect(await get('/v1/series?dimension=type&value=search')).toMatchObject({ total: 1 });
    expect(await get('/v1/series?dimension=type&value=other')).toMatchObject({ total: 1 });
  });
});
