import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { MongoClient, ObjectId, type Document } from 'mongodb';
import { Migrator, mongoMigrationStore } from '../src/index.js';
import { CommandLine } from './command-line.js';
import type { TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createMongo } from './mongo-under-test.js';
import { waitUntil } from './wait-until.js';

/** A migration that numbers notes, batch by batch, and waits for the gate when it comes to `stopAt`. */
const numbering = (options: { batchSize: number; stopAt?: number; extra?: string }) => `
export default { async up({ db, backfill }) {
  await backfill('notes', {
    batchSize: ${options.batchSize},
    ${options.extra ?? ''}
    change: async (documents) => {
      while (documents.some(({ _id }) => _id === ${options.stopAt ?? -1})) {
        if (await db.collection('gate').countDocuments() > 0) break;
        await db.collection('journal').updateOne({ _id: 1 }, { $set: { entries: ['waiting'] } }, { upsert: true });
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      return documents.map(({ _id }) => ({ updateOne: { filter: { _id }, update: { $inc: { seen: 1 } } } }));
    },
  });
} };`;

describe('helpers of MongoDB migrations', () => {
  let database: TestDatabase;
  let directory: TestDirectory;
  let client: MongoClient;
  const lines: string[] = [];

  beforeEach(async () => {
    database = await createMongo();
    directory = new TestDirectory();
    client = new MongoClient(database.url);
    lines.splice(0);
  });
  afterEach(async () => {
    directory[Symbol.dispose]();
    await client.close();
    await database.drop();
  });

  const notes = () => client.db().collection<{ _id: unknown; seen?: number } & Document>('notes');
  const logger = { info: (line: string) => lines.push(line), warn: () => undefined };
  const migrator = (folder = directory.path) =>
    new Migrator({ store: database.open(), directory: folder, logger });
  const up = async (name: string, text: string) => {
    directory.write({ [name]: text });
    return migrator().up();
  };
  const fill = async (count: number) =>
    notes().insertMany(Array.from({ length: count }, (_each, index) => ({ _id: index + 1 })));
  const counts = async () =>
    (await notes().find().sort({ _id: 1 }).toArray()).map((each) => each.seen);

  describe('backfill', () => {
    it('changes every document once, in batches of the size it is given', async () => {
      await fill(25);
      await up('0001_a.mjs', numbering({ batchSize: 10 }));
      expect(await counts()).toEqual(Array.from({ length: 25 }, () => 1));
      const [entry] = await client.db().collection('schema_migrations').find().toArray();
      expect(entry).toMatchObject({ state: 'applied' });
      expect(entry).not.toHaveProperty('checkpoints');
    });

    it('goes on after a kill where it was, and changes nothing twice', async () => {
      await fill(50);
      mkdirSync(directory.file('mongo'));
      directory.write({ 'mongo/0001_a.mjs': numbering({ batchSize: 10, stopAt: 35 }) });
      const cli = new CommandLine(['up', '--directory', directory.path], {
        MONGODB_URL: database.url,
      });
      await waitUntil(async () => (await database.journal()).length > 0);
      cli.process.kill('SIGKILL');
      await cli.ended;
      expect((await counts()).filter((each) => each === 1)).toHaveLength(30);
      await database.openGate();
      await migrator(directory.file('mongo')).up();
      expect(await counts()).toEqual(Array.from({ length: 50 }, () => 1));
      expect(lines).toContainEqual('mongo: notes goes on after 30');
    });

    it('starts over when the file was edited, since what was done is not what it does now', async () => {
      await fill(20);
      const failing = up(
        '0001_a.mjs',
        numbering({ batchSize: 5, extra: 'projection: { _id: 1 },' }).replace(
          'return documents',
          "if (documents[0]._id > 10) throw new Error('half'); return documents",
        ),
      );
      await expect(failing).rejects.toThrow('half');
      directory.remove('0001_a.mjs');
      await up('0001_corrected.mjs', numbering({ batchSize: 5 }));
      expect(await counts()).toEqual([
        ...Array.from({ length: 10 }, () => 2),
        ...Array.from({ length: 10 }, () => 1),
      ]);
    });

    it('sees documents whatever the types of their ids', async () => {
      const ids = [2.5, 'b', 1, new ObjectId(), 'a', { part: 1 }, true, new Date(0), null];
      await notes().insertMany(ids.map((_id) => ({ _id })));
      await up('0001_a.mjs', numbering({ batchSize: 2 }));
      expect(await counts()).toEqual(ids.map(() => 1));
    });

    it('takes the filter it is given', async () => {
      await fill(10);
      await up('0001_a.mjs', numbering({ batchSize: 3, extra: 'filter: { _id: { $gt: 6 } },' }));
      expect(await notes().countDocuments({ seen: 1 })).toBe(4);
    });

    it('changes nothing more once another runner has taken over', async () => {
      await fill(20);
      const leaseMs = 300;
      const text = numbering({ batchSize: 10, stopAt: 15 });
      directory.write({ '0001_a.mjs': text });
      const zombie = new Migrator({
        store: mongoMigrationStore({
          client,
          database: client.db().databaseName,
          leaseMs: 600_000,
        }),
        directory: directory.path,
      });
      const running = zombie.up();
      running.catch(() => undefined);
      await waitUntil(async () => (await database.journal()).length > 0);
      // As if the holder had been thought dead.
      await client
        .db()
        .collection('schema_migrations_lock')
        .updateOne({}, { $set: { owner: null } });
      const store = mongoMigrationStore({ url: database.url, leaseMs });
      await using successor = new Migrator({ store, directory: directory.path });
      const taking = successor.up();
      await waitUntil(async () => {
        const [entry] = await client.db().collection('schema_migrations').find().toArray();
        return entry?.['fence'] === 2;
      });
      await database.openGate();
      await expect(taking).resolves.toMatchObject({ total: 1 });
      await expect(running).rejects.toMatchObject({ code: 'MIGRATION_LOCK_LOST' });
      expect(await counts()).toEqual(Array.from({ length: 20 }, () => 1));
    });

    it.each([
      [
        `await backfill('a', { change: () => [] }); await backfill('a', { change: () => [] });`,
        /two are called "a"/,
      ],
      [`await backfill('a', { batchSize: 0, change: () => [] });`, /batchSize: got 0; takes 1/],
      [`await backfill('a', { name: 'a.b', change: () => [] });`, /"a.b": takes no \. or/],
    ])('refuses %s', async (body, message) => {
      const text = `export default { async up({ backfill }) { ${body} } };`;
      await expect(up('0001_a.mjs', text)).rejects.toThrow(message);
    });
  });

  describe('ensureCollection', () => {
    const ensure = (schema: string, options = '') =>
      `export default { async up({ ensureCollection }) {
        await ensureCollection('notes', { jsonSchema: ${schema}, ${options} });
      } };`;

    it('creates a collection with its validator, and gives an existing one another', async () => {
      await up('0001_a.mjs', ensure("{ required: ['text'] }"));
      await expect(notes().insertOne({ _id: 1 })).rejects.toThrow('failed validation');
      await notes().insertOne({ _id: 1, text: 'a' });
      await up('0002_b.mjs', ensure("{ required: ['title'] }"));
      await expect(notes().insertOne({ _id: 2, text: 'a' })).rejects.toThrow('failed validation');
      await notes().insertOne({ _id: 2, title: 'a' });
      expect(lines).toContainEqual('mongo: notes has its validator');
    });

    it('writes nothing when the collection has the validator already', async () => {
      await up('0001_a.mjs', ensure("{ required: ['text'] }"));
      await up('0002_b.mjs', ensure("{ required: ['text'] }"));
      expect(lines).not.toContainEqual('mongo: notes has its validator');
    });

    it('creates a collection without one', async () => {
      await up(
        '0001_a.mjs',
        "export default { async up({ ensureCollection }) { await ensureCollection('empty'); await ensureCollection('empty'); } };",
      );
      expect(await client.db().listCollections({ name: 'empty' }).toArray()).toHaveLength(1);
    });
  });

  describe('ensureIndexes', () => {
    const ensure = (...indexes: string[]) =>
      `export default { async up({ ensureIndexes }) {
        await ensureIndexes('notes', [${indexes.join(', ')}]);
      } };`;

    it('builds what is missing, and may be run again', async () => {
      await fill(3);
      const one = "{ name: 'by_author', key: { authorId: 1, _id: -1 } }";
      await up('0001_a.mjs', ensure(one));
      const two =
        "{ name: 'by_mail', key: { mail: 1 }, unique: true, partialFilterExpression: { mail: { $exists: true } } }";
      await up('0002_b.mjs', ensure(one, two));
      await up('0003_c.mjs', ensure(one, two));
      const indexes = await notes().listIndexes().toArray();
      expect(indexes.map(({ name }) => name as string).toSorted()).toEqual([
        '_id_',
        'by_author',
        'by_mail',
      ]);
      expect(lines.filter((line) => line.includes('building'))).toEqual([
        'mongo: notes: building by_author',
        'mongo: notes: building by_mail',
      ]);
    });

    it('creates the collection if it has to', async () => {
      await up('0001_a.mjs', ensure("{ name: 'by_author', key: { authorId: 1 } }"));
      expect(await notes().listIndexes().toArray()).toHaveLength(2);
    });

    it.each([
      [
        "{ name: 'a', key: { b: 1 } }",
        'notes has another index with the name a, on {"a":1} instead of {"b":1}',
      ],
      [
        "{ name: 'a', key: { a: 1 }, unique: true }",
        'instead of {"a":1}, unique: true; drop it first',
      ],
      [
        "{ name: 'b', key: { a: 1 } }",
        'notes has an index on {"a":1} already, with the name a instead of b',
      ],
    ])('says what is in the way of %s', async (index, message) => {
      await notes().createIndex({ a: 1 }, { name: 'a' });
      await expect(up('0001_a.mjs', ensure(index))).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: expect.stringContaining(`mongo: 0001_a.mjs: notes has`),
      });
      await expect(migrator().up()).rejects.toThrow(message);
    });
  });

  it('works on a connection of Mongoose and leaves it open', async () => {
    await fill(3);
    directory.write({ '0001_a.mjs': numbering({ batchSize: 2 }) });
    const connection = await mongoose.createConnection(database.url).asPromise();
    const store = mongoMigrationStore({ connection });
    await using subject = new Migrator({ store, directory: directory.path });
    await expect(subject.up()).resolves.toMatchObject({ total: 1 });
    await subject.close();
    expect(await connection.collection('notes').countDocuments({ seen: 1 })).toBe(3);
    await connection.close();
  });

  it.each([
    [
      'a down that is no function',
      'export default { up() {}, down: 1 };',
      'its "down" is no function',
    ],
    [
      'a breaking that is neither',
      "export default { up() {}, breaking: 'yes' };",
      'its "breaking" is "yes"; takes true or false',
    ],
  ])('refuse %s before any file is run', async (_what, text, reason) => {
    directory.write({
      '0001_a.mjs': 'export default { async up({ db }) { await db.createCollection("x"); } };',
    });
    await expect(up('0002_b.mjs', text)).rejects.toMatchObject({
      problems: [{ kind: 'unsupported', fileName: '0002_b.mjs', reason }],
    });
    expect(await client.db().listCollections({ name: 'x' }).toArray()).toEqual([]);
  });
});
