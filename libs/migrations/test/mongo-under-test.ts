import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { mongoMigrationStore } from '../src/index.js';
import type { StoreUnderTest, TestDatabase } from './database.js';

/** What each migration of a test begins with. */
const PROLOGUE = `import type { MongoMigration } from '@trilith/migrations';
type Db = Parameters<MongoMigration['up']>[0]['db'];
interface Journal { _id: number; entries: string[] }
const write = async (db: Db, entry: string) =>
  db.collection<Journal>('journal').updateOne({ _id: 1 }, { $push: { entries: entry } }, { upsert: true });
const gate = async (db: Db) => (await db.collection('gate').countDocuments()) > 0;
`;

const migration = (body: string) =>
  `${PROLOGUE}export default { async up({ db, signal }) {\n${body}\n} } satisfies MongoMigration;\n`;

export async function createMongo(): Promise<TestDatabase> {
  const name = `migrations_${randomUUID().replaceAll('-', '')}`;
  const url = (process.env['MONGODB_URL'] ?? '').replace(
    /^(mongodb[^/]*\/\/[^/?]+)(?:\/[^?]*)?/,
    `$1/${name}`,
  );
  const client = new MongoClient(url);
  const stores: { close(): Promise<void> }[] = [];
  return {
    url,
    open: (timeouts = {}) => {
      const store = mongoMigrationStore({ url, ...timeouts });
      stores.push(store);
      return store;
    },
    journal: async () => {
      const journal = await client
        .db()
        .collection<{ _id: number; entries: string[] }>('journal')
        .findOne({ _id: 1 });
      return journal?.entries ?? [];
    },
    openGate: async () => {
      await client.db().collection('gate').insertOne({});
    },
    createOldLedger: async ({ version, ...entry }) => {
      await client
        .db()
        .collection<{ _id: number }>('schema_migrations')
        .insertOne(
          Object.assign(
            { _id: version, state: 'applied', executedAt: new Date(), durationMs: 1 },
            { executedBy: 'old', appVersion: null, fence: 1, ...entry },
          ),
        );
    },
    drop: async () => {
      await Promise.all(stores.map(async (store) => store.close()));
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

export const mongoUnderTest: StoreUnderTest = {
  name: 'mongo',
  variable: 'MONGODB_URL',
  extension: '.ts',
  create: createMongo,
  openAt: (hostAndPort, timeouts) =>
    mongoMigrationStore({
      url: `mongodb://me:s3cret@${hostAndPort}/app?directConnection=true`,
      ...timeouts,
    }),
  keepsHalves: true,
  text: {
    writes: (entry) => migration(`await write(db, '${entry}');`),
    failsWithoutGate: (entry, message) =>
      migration(`if (!(await gate(db))) throw new Error('${message}');
  await write(db, '${entry}');`),
    reversible: (entry) =>
      `${PROLOGUE}export default {
  async up({ db }) { await write(db, '${entry}'); },
  async down({ db }) { await write(db, '${entry} reverted'); },
} satisfies MongoMigration;\n`,
    breaking: (entry) =>
      `${PROLOGUE}export default {
  breaking: true,
  async up({ db }) { await write(db, '${entry}'); },
} satisfies MongoMigration;\n`,
    waitsForGate: (entry) =>
      migration(`await write(db, '${entry} begun');
  while (!(await gate(db))) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await write(db, '${entry}');`),
  },
};
