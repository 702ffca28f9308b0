import { AsyncLocalStorage } from 'node:async_hooks';

import { type MongoForTest, mongoForTest } from '@trilith/testing';
import { type ClientSession, type Db, MongoClient } from 'mongodb';

import { MongoInbox, MongoOutboxStore, Outbox } from '../../src/index.js';
import type { Backend, BackendKind } from './backend.js';

async function open(): Promise<Backend> {
  const database = await mongoForTest();
  const client = await MongoClient.connect(database.url);
  const db = client.db();
  await db.createCollection('notes');
  return backendOn({ client, db, database });
}

interface Place {
  readonly client: MongoClient;
  readonly db: Db;
  readonly database: MongoForTest;
}

function backendOn({ client, db, database }: Place): Backend {
  const ambient = new AsyncLocalStorage<ClientSession>();
  const current = () => ambient.getStore();
  const inTransaction = async <T>(work: () => Promise<T>) =>
    client.withSession(async (session) =>
      session.withTransaction(async () => ambient.run(session, work)),
    );
  const store = new MongoOutboxStore({ db, current });
  const notes = db.collection<{ text: string }>('notes');
  return {
    store,
    outbox: new Outbox(store, { headers: () => ({ 'x-correlation-id': 'c-1' }) }),
    inbox: new MongoInbox({ db, current, inTransaction, consumer: 'tests' }),
    location: { kind: 'mongo', url: database.url },
    inTransaction,
    write: async (text) => void (await notes.insertOne({ text }, { session: current() })),
    notes: async () => (await notes.find().sort({ _id: 1 }).toArray()).map(({ text }) => text),
    storedIds: async () => {
      const found = await db
        .collection<{ _id: string }>('outbox')
        .find()
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id }) => _id);
    },
    now: async () => ((await db.command({ hello: 1 })) as { localTime: Date }).localTime,
    close: async () => {
      await client.close();
      await database.close();
    },
  };
}

export const mongoBackend: BackendKind = { name: 'MongoDB', open };
