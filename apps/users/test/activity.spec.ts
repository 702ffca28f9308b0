import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RedisStreamsContext } from '@trilith/messaging';
import { eventually, faultyProxy } from '@trilith/testing';
import pg from 'pg';
import { v7 as uuid } from 'uuid';

import type { ActivityEvent } from '../src/activity/activity-event.js';
import { ActivityWriter } from '../src/activity/activity-writer.js';
import { ActivityConsumer } from '../src/activity/activity.consumer.js';
import { call, newPerson, openStores, signedIn, startUsers, type Stores } from './users-app.js';

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly details: Record<string, unknown>;
  readonly occurredAt: string;
}

describe('activity', () => {
  let stores: Stores;
  let app: NestFastifyApplication;

  const event = (accountId: string, more: Partial<ActivityEvent> = {}): ActivityEvent => ({
    id: uuid(),
    accountId,
    kind: 'post.liked',
    details: { postId: 'p"1"\\{}' },
    occurredAt: new Date(),
    ...more,
  });
  const read = async (token: string, query = '') => {
    const { status, body } = await call(app, 'GET', `/v1/accounts/me/activity${query}`, { token });
    const { items = [], nextCursor = null } = body as {
      items?: Item[];
      nextCursor?: string | null;
    };
    return { status, body, items, nextCursor };
  };
  const stored = async (accountId: string) => {
    const { rows } = await stores.database.query<{ id: string }>(
      'SELECT id FROM activity_events WHERE account_id = $1',
      [accountId],
    );
    return rows.map(({ id }) => id);
  };

  beforeAll(async () => {
    stores = await openStores();
    app = await startUsers(stores);
    await app.startAllMicroservices();
    // The keeper makes them right after the start.
    await eventually(async () => {
      const { rows } = await stores.database.query(
        `SELECT FROM pg_inherits WHERE inhparent = 'activity_events'::regclass`,
      );
      if (rows.length < 5) throw new Error(`${rows.length} partitions so far`);
    });
  });
  afterAll(async () => {
    await app?.close();
    await stores?.close();
  });

  describe('of an account', () => {
    it('tells of its sign-up, sign-ins and changes, newest first', async () => {
      const { token, username, password } = await signedIn(app);
      await call(app, 'PATCH', '/v1/accounts/me', { token, json: { displayName: 'Countess' } });
      await call(app, 'POST', '/v1/sessions', { json: { login: username, password } });
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
      const { id, username, password } = await signedIn(app);
      await call(app, 'POST', '/v1/sessions', {
        json: { login: username, password: `${password}!` },
      });
      const { rows } = await stores.database.query(
        `SELECT FROM activity_events WHERE account_id = $1 AND kind = 'session.started'`,
        [id],
      );
      expect(rows).toHaveLength(1);
    });

    it('holds what other services tell, once for each event, however often it is delivered', async () => {
      const { id: accountId, token } = await signedIn(app);
      const consumer = app.get(ActivityConsumer);
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
      const { id: accountId, token } = await signedIn(app);
      const writer = app.get(ActivityWriter);
      const month = 31 * 86_400_000;
      const times = [new Date(), new Date(Date.now() - month / 40), new Date(Date.now() + month)];
      const events = Array.from({ length: 25 }, (_, index) =>
        event(accountId, { occurredAt: times[index % 3] ?? new Date() }),
      );
      await Promise.all(events.map(async (each) => writer.record(each)));
      const seen: Item[] = [];
      for (let cursor = ''; ;) {
        const { items, nextCursor } = await read(token, `?limit=4${cursor}`);
        seen.push(...items);
        await writer.record(event(accountId, { occurredAt: new Date(Date.now() + 1.5 * month) }));
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
      const [ada, bob] = [await signedIn(app), await signedIn(app)];
      const writer = app.get(ActivityWriter);
      const events = Array.from({ length: 3 }, () => event(ada.id));
      await Promise.all(events.map(async (each) => writer.record(each)));
      const { items } = await read(bob.token);
      for (const { id } of events) expect(items.map((item) => item.id)).not.toContain(id);
      const { nextCursor } = await read(ada.token, '?limit=1');
      expect(await read(bob.token, `?cursor=${nextCursor}`)).toMatchObject({
        status: 400,
        body: { code: 'cursor_invalid' },
      });
      expect((await call(app, 'GET', '/v1/accounts/me/activity')).status).toBe(401);
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
      const { token } = await signedIn(app);
      expect((await read(token, `?${query}`)).status).toBe(400);
    });

    it('is found by the index of each partition that a page needs, and sorts nothing', async () => {
      const { id } = await signedIn(app);
      const client = await stores.database.connect();
      await client.query(
        'BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off',
      );
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
  });

  describe('is written', () => {
    let accountId: string;
    let pool: pg.Pool;
    const statements: number[] = [];

    /** Counts the events of each statement. */
    const counting = (): pg.Pool => {
      statements.length = 0;
      const query = async (text: string, values: unknown[]) => {
        statements.push((values[0] as unknown[]).length);
        return pool.query(text, values);
      };
      return { query } as unknown as pg.Pool;
    };

    beforeAll(async () => {
      ({ id: accountId } = await signedIn(app));
      pool = new pg.Pool({ connectionString: stores.databaseUrl, max: 2 });
      pool.on('error', () => undefined);
    });
    afterAll(async () => {
      await pool.end();
    });

    it('in batches: what comes while one is under way is the next', async () => {
      const writer = new ActivityWriter(counting(), { batch: 100, waiting: 1_000 });
      const events = Array.from({ length: 250 }, () => event(accountId));
      await Promise.all(events.map(async (each) => writer.record(each)));
      expect(statements).toEqual([100, 100, 50]);
      expect(await stored(accountId)).toEqual(expect.arrayContaining(events.map(({ id }) => id)));
    });

    it('before it is acknowledged', async () => {
      const writer = new ActivityWriter(pool);
      const one = event(accountId);
      await writer.record(one);
      expect(await stored(accountId)).toContain(one.id);
    });

    it('also when the service is told to stop, up to the last event', async () => {
      const writer = new ActivityWriter(counting(), { batch: 10, waiting: 1_000 });
      const events = Array.from({ length: 95 }, () => event(accountId));
      const recorded = events.map(async (each) => writer.record(each));
      await writer.onApplicationShutdown();
      expect(await stored(accountId)).toEqual(expect.arrayContaining(events.map(({ id }) => id)));
      await Promise.all(recorded);
    });

    it('as far as there is room: beyond, it is refused at once with a 503', async () => {
      const writer = new ActivityWriter(pool, { batch: 5, waiting: 10 });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 30 }, async () => writer.record(event(accountId))),
      );
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect(refused.length).toBeGreaterThan(0);
      expect(refused[0]).toMatchObject({ reason: { kind: 'unavailable', retryAfterSeconds: 1 } });
      await writer.record(event(accountId));
    });

    it('without the events that have no place, which fail no other', async () => {
      const writer = new ActivityWriter(pool);
      const good = [event(accountId), event(accountId)];
      const homeless = event(accountId, { occurredAt: new Date('1999-01-01T00:00:00Z') });
      const orphan = event(uuid());
      await Promise.all(
        [good[0], homeless, orphan, good[1]].map(async (e) => e && writer.record(e)),
      );
      const ids = await stored(accountId);
      expect(ids).toEqual(expect.arrayContaining(good.map(({ id }) => id)));
      expect(ids).not.toContain(homeless.id);
      expect(await stored(orphan.accountId)).toEqual([]);
    });

    it('or told to be not, when the database is away, and then once when it is tried again', async () => {
      const network = await faultyProxy(stores.databaseUrl);
      const far = new pg.Pool({ connectionString: network.url, connectionTimeoutMillis: 5_000 });
      far.on('error', () => undefined);
      const writer = new ActivityWriter(far);
      const one = event(accountId);
      network.cut();
      await expect(writer.record(one)).rejects.toThrow(/ECONN|terminated/);
      network.heal();
      await eventually(async () => writer.record(one));
      await writer.record(one);
      expect((await stored(accountId)).filter((id) => id === one.id)).toHaveLength(1);
      await far.end();
      await network.close();
    });
  });

  it('keeps nobody from signing in when it cannot be written', async () => {
    const person = newPerson();
    await call(app, 'POST', '/v1/accounts', { json: person });
    const block = await stores.database.connect();
    await block.query('ALTER TABLE activity_events RENAME TO activity_events_away');
    try {
      const { username: login, password } = person;
      const { status } = await call(app, 'POST', '/v1/sessions', { json: { login, password } });
      expect(status).toBe(201);
    } finally {
      await block.query('ALTER TABLE activity_events_away RENAME TO activity_events');
      block.release();
    }
  });
});
