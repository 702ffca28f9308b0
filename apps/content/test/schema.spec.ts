import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mongoMigrationStore, verifySchema } from '@trilith/migrations';
import { mongoForTest, type MongoForTest } from '@trilith/testing';
import { type Connection, createConnection } from 'mongoose';
import { v7 as uuid } from 'uuid';

const MIGRATIONS = new URL('../../../migrations/mongo', import.meta.url).pathname;

describe('the schema of the content database', () => {
  let mongo: MongoForTest;
  let connection: Connection;

  beforeAll(async () => {
    mongo = await mongoForTest();
    connection = await createConnection(mongo.url).asPromise();
  });
  afterAll(async () => {
    await connection.close();
    await mongo.close();
  });

  it('is the one that is checked in; if it should be another: npm run migrate -- verify --from-nothing --write', async () => {
    const store = mongoMigrationStore({ url: mongo.url });
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
});
