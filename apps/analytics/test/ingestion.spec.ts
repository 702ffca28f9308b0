import { request } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually, redisServersForTest } from '@trilith/testing';
import { v7 as uuidv7 } from 'uuid';

import { EventCounters } from '../src/counters/event-counters.js';
import { CountingProxy } from './counting-proxy.js';
import { Platform } from './platform.js';

const KEY = 'test-write-key';
const NDJSON = 'application/x-ndjson';

interface Sending {
  readonly type?: string;
  readonly headers?: Record<string, string>;
  readonly url?: string;
}

async function send(
  app: NestFastifyApplication,
  payload: string,
  { type = NDJSON, headers = { 'x-write-key': KEY }, url = '/v1/events' }: Sending = {},
) {
  return app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': type, ...headers },
  });
}

const lines = (events: readonly unknown[]) =>
  events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))).join('\n');

const view = (page = '/', more: object = {}) => ({ id: uuidv7(), type: 'view', page, ...more });

describe('POST /v1/events', () => {
  let platform: Platform;
  let proxy: CountingProxy;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    platform = await Platform.start();
    proxy = await CountingProxy.to(platform.url);
    app = await platform.replica({
      EVENT_WRITE_KEYS: KEY,
      EVENT_ORIGINS: 'https://shop.example',
      ANALYTICS_REDIS_URL: proxy.url,
    });
    // The first calls teach the server its scripts.
    await send(app, lines(Array.from({ length: 50 }, (_, nth) => view(`/warm-${nth}`))));
  });

  afterAll(async () => {
    await platform.close();
    proxy.close();
  });

  const totalOf = async (type: string) => (await app.get(EventCounters).totals([type]))[0] ?? 0;

  it('should count one event, and say so', async () => {
    const event = { ...view('/one'), visitor: 'visitor-1', country: 'DE', device: 'mobile' };
    const first = await send(app, JSON.stringify(event), { type: 'application/json' });
    const again = await send(app, JSON.stringify(event), { type: 'application/json' });

    expect([first.statusCode, first.json()]).toEqual([
      200,
      { counted: 1, duplicates: 0, refused: [] },
    ]);
    expect(again.json()).toEqual({ counted: 0, duplicates: 1, refused: [] });
  });

  it('should count a batch in one round trip, each event once', async () => {
    const events = Array.from({ length: 500 }, (_, nth) => view(`/batch-${nth % 20}`));
    const batch = lines([...events, ...events.slice(0, 100)]);
    let answer: object = {};
    const roundTrips = await proxy.roundTripsOf(async () => {
      answer = (await send(app, batch)).json();
    });

    expect(answer).toEqual({ counted: 500, duplicates: 100, refused: [] });
    // A batch of this size may reach the proxy in several pieces; replies to none are waited for.
    expect(roundTrips).toBeLessThanOrEqual(4);
    expect((await send(app, lines(events))).json()).toMatchObject({ counted: 0, duplicates: 500 });
  });

  it('should refuse a bad event alone, with its line', async () => {
    const before = await totalOf('view');
    const tooOld = view('/', { at: new Date(Date.now() - 5 * 86_400_000).toISOString() });
    const batch = [
      view(),
      'not json',
      { ...view(), id: 'no id' },
      '',
      { ...view(), page: 'no path' },
      tooOld,
      `{"id":"${uuidv7()}","type":"view","__proto__":{"type":"x"}}`,
      `[${'['.repeat(2_000)}`,
      view(),
    ];
    const response = await send(app, lines(batch));
    const { counted, refused } = response.json<{
      counted: number;
      refused: { index: number; code: string; errors?: { path: string }[] }[];
    }>();

    expect([response.statusCode, counted]).toEqual([200, 2]);
    expect(refused.map(({ index, code }) => [index, code])).toEqual([
      [1, 'validation_failed'],
      [2, 'validation_failed'],
      [4, 'validation_failed'],
      [5, 'too_old'],
      [6, 'validation_failed'],
      [7, 'validation_failed'],
    ]);
    expect(refused[1]?.errors).toEqual([expect.objectContaining({ path: '$.id' })]);
    expect(await totalOf('view')).toBe(before + 2);
  });

  it.each([
    ['no id', { type: 'view' }, 'validation_failed'],
    ['an id of another version', { ...view(), id: crypto.randomUUID() }, 'validation_failed'],
    ['an unknown field', { ...view(), revenue: 1 }, 'validation_failed'],
    ['a page with a query', view('/a?b=1'), 'validation_failed'],
    ['a time that is none', view('/', { at: 'noon' }), 'validation_failed'],
    ['a time to come', view('/', { at: '2100-01-01T00:00:00Z' }), 'in_the_future'],
    ['no object', 42, 'validation_failed'],
  ])('should refuse a single event with %s by 400', async (_what, event, code) => {
    const response = await send(app, JSON.stringify(event), { type: 'application/json' });

    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ code });
  });

  it('should count what it has no name for among the others', async () => {
    const before = await totalOf('other');
    await send(app, lines([{ id: uuidv7(), type: 'hover' }]));

    expect(await totalOf('other')).toBe(before + 1);
  });

  it('should count a late event in its own period', async () => {
    const hoursAgo = new Date(Date.now() - 30 * 3_600_000);
    await send(app, lines([view('/late', { at: hoursAgo.toISOString() })]));
    const start = new Date(Math.floor(hoursAgo.getTime() / 60_000) * 60_000);
    const range = { from: start, to: new Date(start.getTime() + 60_000) };
    const late = { dimension: 'page', value: '/late' } as const;

    expect(await app.get(EventCounters).total(late, range)).toBe(1);
  });

  it.each([
    ['none', {}, ''],
    ['an unknown one', { 'x-write-key': 'another-key' }, ''],
    ['two', {}, `?writeKey=${KEY}&writeKey=${KEY}`],
  ])('should refuse %s in place of a write key', async (_what, headers, query) => {
    const response = await send(app, lines([view()]), { headers, url: `/v1/events${query}` });

    expect(response.statusCode).toBe(401);
    expect(response.json()).toMatchObject({ code: 'unknown_write_key' });
  });

  it('should take the write key from the query and lines as plain text, as browsers leave a page', async () => {
    const beacon = { headers: {}, type: 'text/plain;charset=UTF-8' };
    const response = await send(app, lines([view()]), {
      ...beacon,
      url: `/v1/events?writeKey=${KEY}`,
    });

    expect(response.json()).toMatchObject({ counted: 1 });
  });

  it('should refuse more events than a batch takes', async () => {
    const response = await send(app, lines(Array.from({ length: 1_001 }, () => '{}')));

    expect(response.statusCode).toBe(413);
    expect(response.json()).toMatchObject({ code: 'too_many_events', facts: { most: 1_000 } });
  });

  it('should let pages of the named origins send, and no others', async () => {
    const preflight = async (origin: string) =>
      app.inject({
        method: 'OPTIONS',
        url: '/v1/events',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-write-key',
        },
      });
    const [known, unknown] = [
      await preflight('https://shop.example'),
      await preflight('https://evil.example'),
    ];

    expect(known.statusCode).toBe(204);
    expect(known.headers['access-control-allow-origin']).toBe('https://shop.example');
    expect(known.headers['access-control-allow-headers']).toContain('x-write-key');
    expect(unknown.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('should describe the route with a body of one event', async () => {
    const { paths } = (await app.inject('/openapi.json')).json();
    const { content } = paths['/v1/events'].post.requestBody;

    expect(Object.keys(content)).toEqual(['application/json', 'application/x-ndjson']);
    expect(content['application/json'].schema.required).toEqual(['id', 'type']);
  });
});

describe('POST /v1/events, under too much', () => {
  let platform: Platform;

  beforeEach(async () => {
    platform = await Platform.start();
  });

  afterEach(async () => {
    await platform.close();
  });

  it('should let one write key, and one address, send so many events', async () => {
    const app = await platform.replica({
      EVENT_WRITE_KEYS: `${KEY},another-key`,
      RATE_LIMIT_EVENTS_KEY: '1500/1h',
      RATE_LIMIT_EVENTS_ADDRESS: '2000/1h',
    });
    const batch = lines(Array.from({ length: 1_000 }, () => view()));
    const statuses: unknown[] = [];
    for (const key of [KEY, KEY, 'another-key', 'another-key']) {
      const response = await send(app, batch, { headers: { 'x-write-key': key } });
      const { 'retry-after': retryAfter } = response.headers;
      statuses.push([response.statusCode, response.json().facts?.policy, typeof retryAfter]);
    }

    expect(statuses).toEqual([
      [200, undefined, 'undefined'],
      [429, 'events-key', 'string'],
      [200, undefined, 'undefined'],
      [429, expect.stringMatching(/^events-/), 'string'],
    ]);
  });

  it('should refuse before it reads, while more is under way than it holds', async () => {
    const app = await platform.replica({ EVENT_WRITE_KEYS: KEY, EVENT_BYTES: '1048576' });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const headers = { 'x-write-key': KEY, 'content-type': NDJSON, 'content-length': 500_000 };
    // They announce half a megabyte each and send nothing yet.
    const slow = [1, 2].map(() =>
      request({ host: '127.0.0.1', port, method: 'POST', path: '/v1/events', headers }).on(
        'error',
        () => undefined,
      ),
    );
    for (const one of slow) one.flushHeaders();
    const batch = async () =>
      fetch(`http://127.0.0.1:${port}/v1/events`, {
        method: 'POST',
        headers: { 'x-write-key': KEY, 'content-type': NDJSON },
        body: lines(Array.from({ length: 800 }, () => view())),
      });
    await eventually(async () => {
      const refused = await batch();
      expect(refused.headers.get('retry-after')).toBe('2');
      expect([refused.status, await refused.json()]).toEqual([
        503,
        expect.objectContaining({ code: 'overloaded' }),
      ]);
    });
    for (const one of slow) one.destroy();

    await eventually(async () => {
      expect(await (await batch()).json()).toMatchObject({ counted: 800 });
    });
  });

  it('should refuse events while the store is nearly full, and go on when it is not', async () => {
    const started = await redisServersForTest(1);
    const close = async () => started.close();
    const url = started.servers[0]?.url ?? '';
    const small = await Platform.start({ url, prefix: 'small', close });
    try {
      const app = await small.replica({ EVENT_WRITE_KEYS: KEY });
      await small.redis.setrange('filling', 30_000_000, 'x');
      const used = Number(/used_memory:(\d+)/.exec(await small.redis.info('memory'))?.[1]);
      await small.redis.config('SET', 'maxmemory', Math.round(used * 1.05));
      await eventually(async () => {
        expect((await send(app, lines([view()]))).json()).toMatchObject({
          code: 'overloaded',
          facts: { what: 'memory of the store' },
        });
      });
      const overview = await app.inject('/v1/overview');
      await small.redis.config('SET', 'maxmemory', 0);

      expect(overview.statusCode).toBe(200);
      await eventually(async () => {
        expect((await send(app, lines([view()]))).json()).toMatchObject({ counted: 1 });
      });
    } finally {
      await small.close();
    }
  });
});
