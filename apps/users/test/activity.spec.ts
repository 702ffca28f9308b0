import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RedisStreamsContext } from '@trilith/messaging';
import { eventually } from '@trilith/testing';
import { v7 as uuid } from 'uuid';

import { ActivityWriter } from '../src/activity/activity-writer.js';
import { ActivityConsumer } from '../src/activity/activity.consumer.js';
import { type ActivityStory, anEvent, startActivity } from './activity-story.js';
import { call, newPerson, signedIn } from './users-app.js';

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly details: Record<string, unknown>;
  readonly occurredAt: string;
}

describe('activity of an account', () => {
  let story: ActivityStory;

  const read = async (token: string, query = '') => {
    const path = `/v1/accounts/me/activity${query}`;
    const { status, body } = await call(story.app, 'GET', path, { token });
    const { items = [], nextCursor = null } = body as {
      items?: Item[];
      nextCursor?: string | null;
    };
    return { status, body, items, nextCursor };
  };

  beforeAll(async () => {
    story = await startActivity();
  });
  afterAll(async () => {
    await story?.close();
  });

  it('tells of its sign-up, sign-ins and changes, newest first', async () => {
    const { token, username, password } = await signedIn(story.app);
    await call(story.app, 'PATCH', '/v1/accounts/me', { token, json: { displayName: 'Countess' } });
    await call(story.app, 'POST', '/v1/sessions', { json: { login: username, password } });
    await eventually(async () => {
      const { items } = await read(token);
      expect(items.map(({ kind }) => kind)).toEqual([
        'session.started',
        'account.changed',
        'session.started',
        'account.created',
      ]);
    });
    const { items } = await read(token);
    expect(items.find(({ kind }) => kind === 'account.changed')?.details).toEqual({ version: 2 });
  });

  it('has a sign-in as soon as that is answered, and none that failed', async () => {
    const { id, username, password } = await signedIn(story.app);
    await call(story.app, 'POST', '/v1/sessions', {
      json: { login: username, password: `${password}!` },
    });
    const { rows } = await story.stores.database.query(
      `SELECT FROM activity_events WHERE account_id = $1 AND kind = 'session.started'`,
      [id],
    );
    expect(rows).toHaveLength(1);
  });

  it('holds what other services tell, once for each event, however often it is delivered', async () => {
    const { id: accountId, token } = await signedIn(story.app);
    const consumer = story.app.get(ActivityConsumer);
    const at = new Date().toISOString();
    const delivery = () => ({ id: uuid() }) as RedisStreamsContext;
    const [post, like, comment] = [delivery(), delivery(), delivery()];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await consumer.onPost(
        { authorId: accountId, postId: 'p1', title: 't', tags: [], publishedAt: at },
        post,
      );
      await consumer.onLike({ accountId, authorId: uuid(), postId: 'p2', likedAt: at }, like);
      await consumer.onComment(
        {
          authorId: accountId,
          postAuthorId: uuid(),
          postId: 'p3',
          commentId: 'c1',
          createdAt: at,
        },
        comment,
      );
    }
    const { items } = await read(token);
    const told = items.filter(({ kind }) => /^(post|comment)\./.test(kind));
    expect(new Map(told.map(({ kind, details }) => [kind, details]))).toEqual(
      new Map([
        ['comment.created', { postId: 'p3', commentId: 'c1' }],
        ['post.liked', { postId: 'p2' }],
        ['post.published', { postId: 'p1' }],
      ] as [string, object][]),
    );
    expect(told).toHaveLength(3);
  });

  it('is read page by page, each entry once, over months and equal times, while more comes in', async () => {
    const { id: accountId, token } = await signedIn(story.app);
    const writer = story.app.get(ActivityWriter);
    const month = 31 * 86_400_000;
    const times = [new Date(), new Date(Date.now() - month / 40), new Date(Date.now() + month)];
    const events = Array.from({ length: 25 }, (_, index) =>
      anEvent(accountId, { occurredAt: times[index % 3] ?? new Date() }),
    );
    await Promise.all(events.map(async (each) => writer.record(each)));
    const seen: Item[] = [];
    for (let cursor = ''; ;) {
      const { items, nextCursor } = await read(token, `?limit=4${cursor}`);
      seen.push(...items);
      await writer.record(anEvent(accountId, { occurredAt: new Date(Date.now() + 1.5 * month) }));
      if (nextCursor === null) break;
      cursor = `&cursor=${nextCursor}`;
    }
    const ids = seen.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(events.map(({ id }) => id)));
    const order = seen.map(({ occurredAt, id }) => `${occurredAt} ${id}`);
    expect(order).toEqual(order.toSorted().toReversed());
  });

  it('is shown to its owner alone, and to nobody by a cursor of another', async () => {
    const [ada, bob] = [await signedIn(story.app), await signedIn(story.app)];
    const writer = story.app.get(ActivityWriter);
    const events = Array.from({ length: 3 }, () => anEvent(ada.id));
    await Promise.all(events.map(async (each) => writer.record(each)));
    const { items } = await read(bob.token);
    for (const { id } of events) expect(items.map((item) => item.id)).not.toContain(id);
    const { nextCursor } = await read(ada.token, '?limit=1');
    expect(await read(bob.token, `?cursor=${nextCursor}`)).toMatchObject({
      status: 400,
      body: { code: 'cursor_invalid' },
    });
    expect((await call(story.app, 'GET', '/v1/accounts/me/activity')).status).toBe(401);
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=1;DROP',
    'cursor=',
    'cursor=%00',
    'cursor=AQ',
    "cursor=' OR 1=1",
    'sort=id',
    'accountId=1',
  ])('refuses the query %s', async (query) => {
    const { token } = await signedIn(story.app);
    expect((await read(token, `?${query}`)).status).toBe(400);
  });

  it('is found by the index of each partition that a page needs, and sorts nothing', async () => {
    const { id } = await signedIn(story.app);
    const client = await story.stores.database.connect();
    await client.query('BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT id FROM activity_events WHERE account_id = '${id}'
          AND (occurred_at, id) < (now(), '${id}') ORDER BY occurred_at DESC, id DESC LIMIT 21`,
    );
    await client.query('ROLLBACK');
    client.release();
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index (Only )?Scan/);
    expect(plan).not.toMatch(/Sort|Seq Scan/);
  });

  it('keeps nobody from signing in when it cannot be written', async () => {
    const person = newPerson();
    await call(story.app, 'POST', '/v1/accounts', { json: person });
    const block = await story.stores.database.connect();
    await block.query('ALTER TABLE activity_events RENAME TO activity_events_away');
    try {
      const { username: login, password } = person;
      const { status } = await call(story.app, 'POST', '/v1/sessions', {
        json: { login, password },
      });
      expect(status).toBe(201);
    } finally {
      await block.query('ALTER TABLE activity_events_away RENAME TO activity_events');
      block.release();
    }
  });
});
