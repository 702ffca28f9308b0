import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mongoMigrationStore, verifySchema } from '@trilith/migrations';
import { mongoForTest, type MongoForTest } from '@trilith/testing';
import { type Connection, createConnection, mongo } from 'mongoose';
import { v7 as uuid } from 'uuid';

const MIGRATIONS = new URL('../../../migrations/mongo', import.meta.url).pathname;

describe('the schema of the content database', () => {
  let database: MongoForTest;
  let connection: Connection;

  beforeAll(async () => {
    database = await mongoForTest();
    connection = await createConnection(database.url).asPromise();
  });
  afterAll(async () => {
    await connection.close();
    await database.close();
  });

  it('is the one that is checked in; if it should be another: npm run migrate -- verify --from-nothing --write', async () => {
    const store = mongoMigrationStore({ url: database.url });
    const report = await verifySchema({ store, directory: MIGRATIONS });
    await store.close();
    expect(report.drift ?? '').toBe('');
    expect([report.pending, report.problems]).toEqual([[], []]);
  });

  describe('of activity', () => {
    const accountId = uuid();
    const event = (occurredAt: Date) => ({
      _id: uuid(),
      accountId,
      type: 'post.viewed',
      postId: null,
      sessionId: 's1',
      occurredAt,
    });
    const activity = () => connection.collection<ReturnType<typeof event>>('activity');

    beforeAll(async () => {
      const now = Date.now();
      const events = Array.from({ length: 500 }, (_, n) => event(new Date(now - n * 60_000)));
      await activity().insertMany(events);
    });

    it.each([
      ['activity_of_account_newest', { accountId }, { occurredAt: -1, _id: -1 }],
      ['activity_of_type', { type: 'post.viewed', occurredAt: { $gte: new Date(0) } }, undefined],
      ['activity_retention', { occurredAt: { $gte: new Date(Date.now() - 600_000) } }, undefined],
    ] as const)('has the index %s for %j', async (index, filter, sort) => {
      const find = activity().find(filter as object);
      const plan = JSON.stringify(
        await (sort ? find.sort({ ...sort }) : find).explain('queryPlanner'),
      );
      expect(plan).toContain(`"${index}"`);
      expect(plan).not.toContain('COLLSCAN');
    });

    it.each([
      ['without a time', { occurredAt: undefined }],
      ['of no account', { accountId: 'somebody' }],
      ['of a type in capitals', { type: 'Viewed' }],
    ])('refuses an event %s', async (_what, change) => {
      const document = { ...event(new Date()), ...change } as ReturnType<typeof event>;
      await expect(activity().insertOne(document, { ignoreUndefined: true })).rejects.toMatchObject(
        {
          code: 121,
        },
      );
    });
  });

  describe('of outbox and inbox', () => {
    const sent = () => ({
      _id: uuid() as unknown,
      sequence: new mongo.Timestamp(0n),
      topic: 'posts.published',
      key: uuid(),
      payload: null as unknown,
      headers: {},
      createdAt: new Date(),
      sentAt: null,
    });
    const handled = () => ({ _id: `content:${uuid()}` as unknown, handledAt: new Date() });

    it.each([
      ['an event', 'outbox', sent()],
      ['an event for later', 'outbox', { ...sent(), deliverAt: new Date() }],
      ['a message that was handled', 'inbox', handled()],
    ])('take %s', async (_what, name, document) => {
      await expect(
        connection.collection<{ _id: unknown }>(name).insertOne(document),
      ).resolves.toMatchObject({ acknowledged: true });
    });

    it.each([
      ['an event without a topic', 'outbox', { ...sent(), topic: undefined }],
      ['an event with a number for a header', 'outbox', { ...sent(), headers: { traced: 1 } }],
      ['an event whose id is no UUID', 'outbox', { ...sent(), _id: 'first' }],
      ['an event that was sent "now"', 'outbox', { ...sent(), sentAt: 'now' }],
      ['a message that would never be forgotten', 'inbox', { _id: `content:${uuid()}` }],
      ['a message of no consumer', 'inbox', { ...handled(), _id: uuid() }],
    ])('refuse %s', async (_what, name, document) => {
      const collection = connection.collection<{ _id: unknown }>(name);
      const inserting = collection.insertOne(document, { ignoreUndefined: true });
      await expect(inserting).rejects.toMatchObject({ code: 121 });
    });
  });
});
