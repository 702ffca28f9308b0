import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { postViewed } from '@trilith/contracts';
import { type FaultyProxy, eventually, faultyProxy } from '@trilith/testing';
import { v7 as uuidv7 } from 'uuid';

import { EventRecorder } from '../src/events/event-recorder.js';
import { PostLeaderboard } from '../src/leaderboards/post-leaderboard.js';
import { CountingProxy } from './counting-proxy.js';
import { Platform } from './platform.js';

describe('routes', () => {
  let platform: Platform;
  let app: NestFastifyApplication;
  let proxy: CountingProxy;

  beforeAll(async () => {
    platform = await Platform.start();
    proxy = await CountingProxy.to(platform.url);
    app = await platform.replica({ ANALYTICS_REDIS_URL: proxy.url });
    const board = app.get(PostLeaderboard);
    await Promise.all(
      Array.from({ length: 101 }, (_, nth) =>
        board.add({
          members: [`post-${nth}`],
          act: 'view',
          at: new Date(Date.now() - 60_000),
          eventId: uuidv7(),
        }),
      ),
    );
    // The first calls teach the server its scripts.
    for (const url of ['/v1/leaderboards/posts', '/v1/overview']) await app.inject({ url });
  });

  afterAll(async () => {
    await platform.close();
    proxy.close();
  });

  it.each([
    ['', 10],
    ['?limit=1', 1],
    ['?limit=100', 100],
  ])('should show as many posts as asked for: /v1/leaderboards/posts%s', async (query, length) => {
    const response = await app.inject({ url: `/v1/leaderboards/posts${query}` });

    expect(response.statusCode).toBe(200);
    expect(response.json().items).toHaveLength(length);
  });

  it.each([
    '/v1/leaderboards/posts?limit=0',
    '/v1/leaderboards/posts?limit=101',
    '/v1/leaderboards/posts?limit=-1',
    '/v1/leaderboards/posts?limit=1.5',
    '/v1/leaderboards/posts?limit=',
    '/v1/leaderboards/posts?limit=ten',
    '/v1/leaderboards/posts?limit=NaN',
    '/v1/leaderboards/posts?limit=Infinity',
    '/v1/leaderboards/posts?limit=1e400',
    '/v1/leaderboards/posts?limit=0x10',
    '/v1/leaderboards/posts?limit=1e1',
    '/v1/leaderboards/posts?limit=%2010',
    '/v1/leaderboards/posts?limit=010',
    '/v1/leaderboards/posts?limit=%00',
    '/v1/leaderboards/posts?limit=%ff',
    '/v1/leaderboards/posts?limit=1&limit=2',
    '/v1/leaderboards/posts?limit[]=1',
    '/v1/leaderboards/posts?limit[$gt]=1',
    '/v1/leaderboards/posts?__proto__[limit]=1',
    '/v1/leaderboards/posts?offset=10001',
    '/v1/leaderboards/posts?offset=-1',
    '/v1/leaderboards/posts?window=year',
    '/v1/leaderboards/posts?page=2',
    '/v1/leaderboards/authors?window=',
    '/v1/leaderboards/authors/not-an-id',
    `/v1/leaderboards/posts/${uuidv7()}/neighbours?reach=51`,
    '/v1/leaderboards/posts/not-an-id',
    '/v1/leaderboards/posts/%00',
    '/v1/overview?day=2026-01-31',
    '/v1/overview?constructor=1',
  ])('should refuse %s with a problem', async (url) => {
    const response = await app.inject({ url });

    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(response.json()).toMatchObject({ status: 400, code: 'validation_failed' });
  });

  it('should tell one post’s place, and nothing of a post that got no attention', async () => {
    const [ranked, unknown] = [uuidv7(), uuidv7()];
    await app.get(PostLeaderboard).add({
      members: [ranked],
      act: 'comment',
      at: new Date(),
      eventId: uuidv7(),
    });

    const place = await app.inject({ url: `/v1/leaderboards/posts/${ranked}` });
    const missing = await app.inject({ url: `/v1/leaderboards/posts/${unknown}` });
    const around = await app.inject({ url: `/v1/leaderboards/posts/${ranked}/neighbours?reach=2` });
    const alone = await app.inject({ url: `/v1/leaderboards/posts/${unknown}/neighbours` });
    const trending = await app.inject({ url: '/v1/leaderboards/posts?window=trending&limit=1' });

    expect(place.json()).toMatchObject({
      rank: 1,
      postId: ranked,
      score: 5,
      comments: 1,
      likes: 0,
    });
    expect(around.json().items).toMatchObject([
      { rank: 1, postId: ranked },
      { rank: 2, score: 1 },
      { rank: 3, score: 1 },
    ]);
    expect(trending.json().items).toMatchObject([{ rank: 1, postId: ranked }]);
    expect(alone.statusCode).toBe(404);
    expect(missing.statusCode).toBe(404);
    expect(missing.json()).toMatchObject({ code: 'post_not_ranked', status: 404 });
  });

  it.each([
    ['GET', '/v1/leaderboards/%00'],
    ['GET', '/v1/leaderboards/users'],
    ['POST', '/v1/overview'],
    ['DELETE', '/v1/leaderboards/posts'],
  ] as const)('should have nothing at %s %s', async (method, url) => {
    const response = await app.inject({ method, url, payload: { a: 1 } });

    expect([400, 404, 405]).toContain(response.statusCode);
    expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it.each([
    '/v1/overview',
    '/v1/leaderboards/posts?limit=100',
    '/v1/leaderboards/authors?window=trending',
  ])('should read all that %s answers in one round trip', async (url) => {
    expect(await proxy.roundTripsOf(async () => app.inject({ url }))).toBe(1);
  });

  it.each(['/v1/overview', '/v1/leaderboards/posts'])(
    'should read %s once for all who ask within its age, and then anew',
    async (url) => {
      const patient = await platform.replica({
        ANALYTICS_REDIS_URL: proxy.url,
        REPORTS_AGE: '2s',
      });
      // What a start asks for is no part of it.
      await eventually(async () =>
        expect(await proxy.roundTripsOf(async () => sleep(100))).toBe(0),
      );
      const shown = async () => (await patient.inject({ url })).json();
      const askedByMany = async () => Promise.all(Array.from({ length: 50 }, shown));
      expect(await proxy.roundTripsOf(askedByMany)).toBe(1);
      const before = await shown();
      const at = new Date();
      await patient.get(EventRecorder).record([{ id: uuidv7(), type: postViewed.name, at }]);
      const act = { members: [uuidv7()], act: 'comment', at, eventId: uuidv7() } as const;
      await patient.get(PostLeaderboard).add(act);
      await eventually(async () => expect(await shown()).not.toEqual(before));
    },
  );

  it('should describe its routes', async () => {
    const { paths } = (await app.inject({ url: '/openapi.json' })).json();
    const { parameters } = paths['/v1/leaderboards/posts'].get;
    const limit = parameters.find(({ name }: { name: string }) => name === 'limit');

    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/v1/overview', '/v1/leaderboards/posts']),
    );
    expect(limit).toMatchObject({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
    });
  });
});

describe('routes, while a Redis is away', () => {
  let platform: Platform;
  let network: FaultyProxy;

  beforeEach(async () => {
    platform = await Platform.start();
    network = await faultyProxy(platform.url);
  });

  afterEach(async () => {
    await platform.close();
    await network.close();
  });

  it('should answer 503 without the one of the figures, and recover', async () => {
    const app = await platform.replica({ ANALYTICS_REDIS_URL: network.url });
    network.cut();
    const [overview, board] = await Promise.all([
      app.inject({ url: '/v1/overview' }),
      app.inject({ url: '/v1/leaderboards/posts' }),
    ]);
    const ready = await app.inject({ url: '/health/ready' });
    network.heal();

    expect([overview, board, ready].map(({ statusCode }) => statusCode)).toEqual([503, 503, 503]);
    expect(overview.json()).toMatchObject({ code: 'unavailable' });
    expect(overview.headers['retry-after']).toBeDefined();
    await eventually(async () => {
      expect((await app.inject({ url: '/v1/overview' })).statusCode).toBe(200);
    });
  });

  it('should go on showing figures without the one of the messages, and say so', async () => {
    const app = await platform.replica({ MESSAGING_REDIS_URL: network.url });
    network.cut();
    const overview = await app.inject({ url: '/v1/overview' });

    expect(overview.statusCode).toBe(200);
    await eventually(async () => {
      const ready = await app.inject({ url: '/health/ready' });
      expect(ready.json()).toMatchObject({
        status: 'not_ready',
        checks: { redis: { status: 'up' }, messages: { status: 'down' } },
      });
    });
    network.heal();
    await eventually(async () => {
      expect((await app.inject({ url: '/health/ready' })).statusCode).toBe(200);
    });
  });
});
