import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '@trilith/testing';
import fc from 'fast-check';

import { EventShards } from '../src/events/event-shards.js';
import { Clock } from '../src/store/clock.js';
import { type Act, anyAct, comment, like, publish, signUp, view } from './acts.js';
import { ModelFigures } from './model-figures.js';
import { Platform } from './platform.js';

const today = '2026-01-31';

describe('events of users and content', () => {
  let platform: Platform;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    platform = await Platform.start();
    app = await platform.replica();
    jest.spyOn(app.get(Clock), 'now').mockReturnValue(new Date(`${today}T18:00:00.000Z`));
  });

  afterEach(async () => {
    await platform.close();
  });

  async function happen(acts: readonly Act[]): Promise<void> {
    for (const act of acts) await platform.publish(act.from, [act]);
    await platform.drained();
  }

  async function get(url: string): Promise<Record<string, unknown>> {
    const response = await app.inject({ url });
    expect(response.statusCode).toBe(200);
    return response.json();
  }

  it.each([
    ['a sign-up', signUp(), { accounts: 1 }],
    ['a published post', publish('post-1', 'On engines'), { posts: 1 }],
    ['a comment', comment('post-1'), { comments: 1 }],
    ['a like', like('post-1'), { likes: 1 }],
    ['a view', view('post-1', 'ada'), { views: 1, uniqueVisitorsToday: 1 }],
  ])('should count %s once, though it is delivered three times', async (_name, act, figures) => {
    await happen([act, act, act]);

    expect(await get('/v1/overview')).toEqual({
      accounts: 0,
      posts: 0,
      comments: 0,
      likes: 0,
      views: 0,
      uniqueVisitorsToday: 0,
      uniqueVisitorsStandardError: 0,
      asOf: `${today}T18:00:00.000Z`,
      ...figures,
    });
  });

  it('should show in the metrics how many were handled', async () => {
    await happen([signUp(), signUp()]);

    await eventually(async () => {
      const { payload } = await app.inject('/metrics');
      expect(payload).toMatch(
        /^messaging_handler_seconds_count\{kind="event",topic="accounts.created"\} 2$/m,
      );
    });
  });

  it('should rank a post by what its views, likes and comments are worth', async () => {
    await happen([
      publish('post-1', 'Much read'),
      publish('post-2', 'Much liked'),
      publish('post-3', 'Unread'),
      ...['ada', 'bob', 'cleo'].map((visitor) => view('post-1', visitor)),
      like('post-2'),
      comment('post-2'),
    ]);

    expect(await get('/v1/leaderboards/posts')).toEqual({
      items: [
        {
          rank: 1,
          postId: 'post-2',
          title: 'Much liked',
          score: 8,
          views: 0,
          likes: 1,
          comments: 1,
        },
        {
          rank: 2,
          postId: 'post-1',
          title: 'Much read',
          score: 3,
          views: 3,
          likes: 0,
          comments: 0,
        },
      ],
    });
  });

  it('should rank authors by what happens to their posts, by the name they show now', async () => {
    const account = signUp();
    const { accountId } = account.payload as { accountId: string };
    const byAuthor = (act: Act): Act => {
      const payload = { ...(act.payload as object), authorId: accountId, postAuthorId: accountId };
      return { ...act, payload };
    };
    await happen([account, byAuthor(view('post-1', 'ada')), byAuthor(comment('post-2'))]);
    await happen([like('post-3')]);

    expect(await get('/v1/leaderboards/authors')).toMatchObject({
      items: [
        { rank: 1, accountId, name: 'Ada', score: 6, views: 1, comments: 1 },
        { rank: 2, name: null, score: 3, likes: 1 },
      ],
    });
    expect(await get(`/v1/leaderboards/authors/${accountId}`)).toMatchObject({ rank: 1 });
  });

  it('should know a title that arrives after the first act on its post', async () => {
    await happen([like('post-1')]);
    const before = await get('/v1/leaderboards/posts');
    await happen([publish('post-1', 'Late')]);
    const after = await get('/v1/leaderboards/posts');

    expect(before).toMatchObject({ items: [{ postId: 'post-1', title: null }] });
    expect(after).toMatchObject({ items: [{ postId: 'post-1', title: 'Late' }] });
  });

  it('should count a view in the day in which it happened', async () => {
    await happen([
      view('post-1', 'ada', '2026-01-30T23:59:59.999Z'),
      view('post-1', 'bob', '2026-01-31T00:00:00.000Z'),
      view('post-1', 'cleo', '2026-02-01T00:00:00.000Z'),
    ]);

    expect(await get('/v1/overview')).toMatchObject({ views: 3, uniqueVisitorsToday: 1 });
  });

  it('should set an event aside that breaks its contract, and go on', async () => {
    const broken = { ...like('post-1'), topic: 'posts.liked', payload: { postId: 42 } };
    await happen([broken, like('post-1')]);

    expect(await get('/v1/overview')).toMatchObject({ likes: 1 });
    expect(await get('/v1/leaderboards/posts')).toMatchObject({ items: [{ score: 3 }] });
  });

  it('should equal a naive model for any acts, repeated and in any order', async () => {
    const model = new ModelFigures();
    const deliveries = fc
      .array(anyAct, { minLength: 1, maxLength: 15 })
      .chain((acts) => fc.array(fc.constantFrom(...acts), { maxLength: 50 }));

    await fc.assert(
      fc.asyncProperty(deliveries, async (acts) => {
        await Promise.all(acts.map(async (act) => platform.publish(act.from, [act])));
        await platform.drained();
        model.learn(acts);

        expect(await get('/v1/overview')).toMatchObject(model.overview(today));
        expect(await get('/v1/leaderboards/posts?limit=100')).toEqual({
          items: model.leaderboard(100),
        });
      }),
      // The figures live on from run to run, so a counterexample cannot be made smaller.
      { numRuns: 25, endOnFailure: true },
    );
  });

  it('should take up an event where it stopped half-way', async () => {
    const totals = new EventShards(`${platform.prefix}:analytics`).all.map((shard) =>
      shard.key('totals'),
    );
    for (const key of totals) await platform.redis.set(key, 'of another kind');
    await platform.publish('content', [like('post-1')]);
    // The board has it, the totals refuse it: it is tried again.
    await eventually(async () => {
      expect(await get('/v1/leaderboards/posts')).toMatchObject({ items: [{ score: 3 }] });
    });
    for (const key of totals) await platform.redis.del(key);
    await platform.drained();

    expect(await get('/v1/overview')).toMatchObject({ likes: 1 });
    expect(await get('/v1/leaderboards/posts')).toMatchObject({ items: [{ score: 3 }] });
  });
});
