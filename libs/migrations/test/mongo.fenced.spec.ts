import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient, type ClientSession, type Db } from 'mongodb';
import { fenced } from '../src/mongo/fenced.js';
import type { TestDatabase } from './database.js';
import { createMongo } from './mongo-under-test.js';

interface Note {
  readonly _id: number;
  readonly text?: string;
}

type Work = (session: ClientSession) => Promise<unknown>;

describe('fenced', () => {
  let database: TestDatabase;
  let plain: MongoClient;
  /** How often it was asked whether the lock is held, and whether it is. */
  let asked = 0;
  let isHeld = true;
  const confirm = async () => {
    asked += 1;
    await Promise.resolve();
    if (!isHeld) throw new Error('not held');
  };

  beforeEach(async () => {
    [asked, isHeld] = [0, true];
    database = await createMongo();
    plain = new MongoClient(database.url);
    await plain.db().collection<Note>('notes').insertOne({ _id: 1 });
  });
  afterEach(async () => {
    await plain.close();
    await database.drop();
  });

  const notes = (db: Db) => db.collection<Note>('notes');
  const bulk = (db: Db) => notes(db).initializeOrderedBulkOp();
  const merge = (db: Db) =>
    notes(db).aggregate([{ $set: { text: 'merged' } }, { $merge: { into: 'notes' } }]);
  const ways: [string, (db: Db, client: MongoClient) => Promise<unknown>][] = [
    ['insertOne', async (db) => notes(db).insertOne({ _id: 2 })],
    ['bulkWrite', async (db) => notes(db).bulkWrite([{ insertOne: { document: { _id: 2 } } }])],
    ['an ordered bulk', async (db) => bulk(db).insert({ _id: 2 }).execute()],
    ['a command', async (db) => db.command({ insert: 'notes', documents: [{ _id: 2 }] })],
    ['createCollection', async (db) => db.createCollection('others')],
    ['createIndexes', async (db) => notes(db).createIndexes([{ key: { text: 1 }, name: 'text' }])],
    ['$merge, read as an array', async (db) => merge(db).toArray()],
    [
      '$merge, built step by step',
      async (db) => merge(db).addCursorFlag('noCursorTimeout', true).next(),
    ],
    ['$merge, iterated', async (db) => iterated(merge(db))],
    ['a find', async (db) => notes(db).find().sort({ _id: 1 }).limit(1).toArray()],
    ["the client's database", async (_db, client) => notes(client.db()).deleteMany({})],
    [
      'withSession',
      async (db, client) =>
        client.withSession(async (session) => notes(db).insertOne({ _id: 2 }, { session })),
    ],
  ];

  it.each(ways)('lets %s reach the server only while the lock is held', async (_name, way) => {
    const [db, client] = [fenced(plain.db(), confirm), fenced(plain, confirm)];
    const before = await state();
    isHeld = false;
    await expect(way(db, client)).rejects.toThrow('not held');
    expect(await state()).toEqual(before);
    isHeld = true;
    asked = 0;
    await way(db, client);
    expect(asked).toBeGreaterThan(0);
  });

  const transactions: [string, (client: MongoClient, work: Work) => Promise<unknown>][] = [
    [
      'withTransaction in withSession',
      async (client, work) =>
        client.withSession(async (session) => session.withTransaction(async () => work(session))),
    ],
    [
      'withTransaction',
      async (client, work) => {
        await using session = client.startSession();
        return await session.withTransaction(async () => work(session));
      },
    ],
    [
      'commitTransaction',
      async (client, work) => {
        await using session = client.startSession();
        session.startTransaction();
        await work(session);
        return await session.commitTransaction();
      },
    ],
  ];

  it.each(transactions)('commits nothing by %s once the lock is lost', async (_name, within) => {
    const [db, client] = [fenced(plain.db(), confirm), fenced(plain, confirm)];
    const inserting = async (loses: boolean) =>
      within(client, async (session) => {
        await notes(db).insertOne({ _id: 2 }, { session });
        isHeld = !loses;
      });
    await expect(inserting(true)).rejects.toThrow('not held');
    expect(await notes(plain.db()).countDocuments()).toBe(1);
    isHeld = true;
    await inserting(false);
    expect(await notes(plain.db()).countDocuments()).toBe(2);
  });

  it('fences a collection that was just created, and those that are listed', async () => {
    const db = fenced(plain.db(), confirm);
    const created = await db.createCollection<Note>('others');
    const listed = await db.collections();
    isHeld = false;
    await expect(created.insertOne({ _id: 1 })).rejects.toThrow('not held');
    expect(listed).toHaveLength(2);
    for (const each of listed) await expect(each.drop()).rejects.toThrow('not held');
  });

  it('gives what the driver gives', async () => {
    const db = fenced(plain.db(), confirm);
    expect(db.databaseName).toBe(plain.db().databaseName);
    expect(
      await notes(db)
        .find()
        .map(({ _id }) => _id)
        .toArray(),
    ).toEqual([1]);
    expect(await iterated(notes(db).find())).toEqual([{ _id: 1 }]);
    const streamed = notes(db).find().stream();
    expect(await iterated(streamed)).toEqual([{ _id: 1 }]);
  });

  async function iterated<T>(all: AsyncIterable<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const each of all) found.push(each);
    return found;
  }

  /** What is in the database. */
  async function state() {
    const collections = await plain.db().collections();
    const documents = await notes(plain.db()).find().toArray();
    const indexes = await notes(plain.db()).indexes();
    return { documents, indexes, collections: collections.map((each) => each.collectionName) };
  }
});
