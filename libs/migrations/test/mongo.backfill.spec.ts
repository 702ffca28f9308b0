import { mkdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { ObjectId } from 'mongodb';
import { Migrator, mongoMigrationStore } from '../src/index.js';
import { backfillOf } from '../src/mongo/backfill.js';
import { MongoLedger } from '../src/mongo/mongo.ledger.js';
import { CommandLine } from './command-line.js';
import { MongoNotes } from './mongo-notes.js';
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

const named = { version: 1, name: 'a', fileName: '0001_a.mjs' };

/** Fails as a process that is killed would, between the checkpoint and the commit. */
class CutOffLedger extends MongoLedger {
  override async advance(...given: Parameters<MongoLedger['advance']>): Promise<void> {
    await super.advance(...given);
    throw new Error('cut off');
  }
}

describe('helpers of MongoDB migrations', () => {
  const given = MongoNotes.forEachTest();

  describe('backfill', () => {
    it('changes every document once, in batches of the size it is given', async () => {
      await given.fill(25);
      await given.up('0001_a.mjs', numbering({ batchSize: 10 }));
      expect(await given.counts()).toEqual(Array.from({ length: 25 }, () => 1));
      const [entry] = await given.client.db().collection('schema_migrations').find().toArray();
      expect(entry).toMatchObject({ state: 'applied' });
      expect(entry).not.toHaveProperty('checkpoints');
    });

    it('goes on after a kill where it was, and changes nothing twice', async () => {
      await given.fill(50);
      mkdirSync(given.directory.file('mongo'));
      given.directory.write({ 'mongo/0001_a.mjs': numbering({ batchSize: 10, stopAt: 35 }) });
      const cli = new CommandLine(['up', '--directory', given.directory.path], {
        MONGODB_URL: given.database.url,
      });
      await waitUntil(async () => (await given.database.journal()).length > 0);
      cli.process.kill('SIGKILL');
      await cli.ended;
      expect((await given.counts()).filter((each) => each === 1)).toHaveLength(30);
      await given.database.openGate();
      await given.migrator(given.directory.file('mongo')).up();
      expect(await given.counts()).toEqual(Array.from({ length: 50 }, () => 1));
      expect(given.lines).toContainEqual('mongo: notes goes on after 30');
    });

    it('keeps no checkpoint of a batch that was cut off before its commit', async () => {
      await given.fill(10);
      const db = given.client.db();
      const ledger = new CutOffLedger(db, 30_000);
      const file = { ...named, text: '', checksum: 'of the file', path: '/nowhere' };
      const claim = { version: 1, state: 'started', fence: 1 } as const;
      const runner = { executedBy: 'test', appVersion: undefined };
      await ledger.begin({ file, runner, fence: 1, breaking: false });
      const signal = new AbortController().signal;
      const logger = { info: () => undefined, warn: () => undefined };
      const progress = () => undefined;
      const { client } = given;
      const backfill = backfillOf({
        db,
        client,
        ledger,
        claim,
        file,
        logger,
        progress,
        signal,
        over: signal,
      });
      const change = (documents: readonly { _id: number }[]) =>
        documents.map(({ _id }) => ({
          updateOne: { filter: { _id }, update: { $inc: { seen: 1 } } },
        }));
      await expect(backfill<{ _id: number; seen?: number }>('notes', { change })).rejects.toThrow(
        'cut off',
      );
      expect(await ledger.checkpoint(claim, 'notes', file.checksum)).toBeUndefined();
      expect(await given.counts()).toEqual(Array.from({ length: 10 }, () => undefined));
    });

    it('starts over when the file was edited, since what was done is not what it does now', async () => {
      await given.fill(20);
      const failing = given.up(
        '0001_a.mjs',
        numbering({ batchSize: 5, extra: 'projection: { _id: 1 },' }).replace(
          'return documents',
          "if (documents[0]._id > 10) throw new Error('half'); return documents",
        ),
      );
      await expect(failing).rejects.toThrow('half');
      given.directory.remove('0001_a.mjs');
      await given.up('0001_corrected.mjs', numbering({ batchSize: 5 }));
      expect(await given.counts()).toEqual([
        ...Array.from({ length: 10 }, () => 2),
        ...Array.from({ length: 10 }, () => 1),
      ]);
    });

    it('sees documents whatever the types of their ids', async () => {
      const ids = [2.5, 'b', 1, new ObjectId(), 'a', { part: 1 }, true, new Date(0), null];
      await given.notes.insertMany(ids.map((_id) => ({ _id })));
      await given.up('0001_a.mjs', numbering({ batchSize: 2 }));
      expect(await given.counts()).toEqual(ids.map(() => 1));
    });

    it('takes the filter it is given', async () => {
      await given.fill(10);
      await given.up(
        '0001_a.mjs',
        numbering({ batchSize: 3, extra: 'filter: { _id: { $gt: 6 } },' }),
      );
      expect(await given.notes.countDocuments({ seen: 1 })).toBe(4);
    });

    it('changes nothing more once another runner has taken over', async () => {
      await given.fill(20);
      const leaseMs = 300;
      const text = numbering({ batchSize: 10, stopAt: 15 });
      given.directory.write({ '0001_a.mjs': text });
      const zombie = new Migrator({
        store: mongoMigrationStore({
          client: given.client,
          database: given.client.db().databaseName,
          leaseMs: 600_000,
        }),
        directory: given.directory.path,
      });
      const running = zombie.up();
      running.catch(() => undefined);
      await waitUntil(async () => (await given.database.journal()).length > 0);
      // As if the holder had been thought dead.
      await given.client
        .db()
        .collection('schema_migrations_lock')
        .updateOne({}, { $set: { owner: null } });
      const store = mongoMigrationStore({ url: given.database.url, leaseMs });
      await using successor = new Migrator({ store, directory: given.directory.path });
      const taking = successor.up();
      await waitUntil(async () => {
        const [entry] = await given.client.db().collection('schema_migrations').find().toArray();
        return entry?.['fence'] === 2;
      });
      await given.database.openGate();
      await expect(taking).resolves.toMatchObject({ total: 1 });
      await expect(running).rejects.toMatchObject({ code: 'MIGRATION_LOCK_LOST' });
      expect(await given.counts()).toEqual(Array.from({ length: 20 }, () => 1));
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
      await expect(given.up('0001_a.mjs', text)).rejects.toThrow(message);
    });
  });

  it('works on a connection of Mongoose and leaves it open', async () => {
    await given.fill(3);
    given.directory.write({ '0001_a.mjs': numbering({ batchSize: 2 }) });
    const connection = await mongoose.createConnection(given.database.url).asPromise();
    const store = mongoMigrationStore({ connection });
    await using subject = new Migrator({ store, directory: given.directory.path });
    await expect(subject.up()).resolves.toMatchObject({ total: 1 });
    await subject.close();
    expect(await connection.collection('notes').countDocuments({ seen: 1 })).toBe(3);
    await connection.close();
  });
});
