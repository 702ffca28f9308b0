import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import {
  Migrator,
  mongoMigrationStore,
  readMigrationDirectory,
  type MigrationFile,
  type MigrationRun,
  type MigrationSession,
  type MigrationStore,
} from '../src/index.js';
import type { StoreTimeouts, TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createMongo, mongoUnderTest } from './mongo-under-test.js';
import { waitUntil } from './wait-until.js';

const runner = { executedBy: 'me@here:1', appVersion: undefined };
const run: MigrationRun = {
  runner,
  logger: { info: () => undefined, warn: () => undefined },
  signal: new AbortController().signal,
  progress: () => undefined,
};

describe('mongoMigrationStore', () => {
  let database: TestDatabase;
  let directory: TestDirectory;
  let client: MongoClient;

  beforeEach(async () => {
    database = await createMongo();
    directory = new TestDirectory();
    client = new MongoClient(database.url);
  });
  afterEach(async () => {
    directory[Symbol.dispose]();
    await client.close();
    await database.drop();
  });

  const migrator = (timeouts: StoreTimeouts = {}) =>
    new Migrator({ store: database.open(timeouts), directory: directory.path });
  const fileAt = async (index: number): Promise<MigrationFile> => {
    const { files } = await readMigrationDirectory(directory.path, ['.ts']);
    const file = files[index];
    if (file === undefined) throw new Error(`no file at ${index}`);
    return file;
  };
  const lock = async (timeouts: StoreTimeouts = {}): Promise<MigrationSession> => {
    const store = database.open(timeouts);
    for (;;) {
      const session = await store.tryLock(runner);
      if (session !== undefined) return session;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const lease = () =>
    client.db().collection<{ _id: string; beat: number }>('schema_migrations_lock');
  const deadFor = (leaseMs: number) => ({
    _id: 'migrations',
    owner: 'dead',
    holder: 'dead@host:1',
    fence: 7,
    beat: 3,
    leaseMs,
  });
  /** As if the holder had been thought dead: it will not notice before it renews. */
  const takeLeaseAway = async () => lease().updateOne({}, { $set: { owner: null } as object });

  it('runs a migration again that its runner never finished, and shows that it did not', async () => {
    directory.write({ '0001_a.ts': mongoUnderTest.text.failsWithoutGate('a', 'crashed') });
    await expect(migrator().up()).rejects.toThrow('crashed');
    const { migrations, problems } = await migrator().status();
    expect(migrations).toMatchObject([{ state: 'started' }]);
    expect(problems).toEqual([]);
    await database.openGate();
    await expect(migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await database.journal()).toEqual(['a']);
    expect((await migrator().status()).migrations).toMatchObject([{ state: 'applied' }]);
  });

  it('takes over a lock whose holder shows no sign of life, and only that', async () => {
    const dead = deadFor(1_000);
    await lease().insertOne(dead);
    const store = database.open();
    const started = performance.now();
    while (performance.now() - started < 2 * dead.leaseMs) {
      await lease().updateOne({}, { $inc: { beat: 1 } });
      expect(await store.tryLock(runner)).toBeUndefined();
    }
    const stopped = performance.now();
    const session = await lock();
    expect(performance.now() - stopped).toBeGreaterThan(dead.leaseMs / 2);
    expect(await lease().findOne()).toMatchObject({ fence: 8, holder: 'me@here:1' });
    await session.release();
  });

  it('gives an abandoned lock to one of many that want it', async () => {
    await lease().insertOne(deadFor(200));
    const stores = Array.from({ length: 10 }, () => database.open());
    const sessions: MigrationSession[] = [];
    const attempt = async (store: MigrationStore) => {
      const session = await store.tryLock(runner);
      if (session) sessions.push(session);
    };
    while (sessions.length === 0) await Promise.all(stores.map(attempt));
    await Promise.all(stores.map(attempt));
    expect(sessions).toHaveLength(1);
    await sessions[0]?.release();
  });

  it('starts no migration once its lock is lost', async () => {
    directory.write({ '0001_a.ts': mongoUnderTest.text.writes('a') });
    const leaseMs = 300;
    const session = await lock({ leaseMs });
    const file = await fileAt(0);
    await takeLeaseAway();
    // As if the process had been stopped: nothing was renewed for longer than the lease lasts.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, leaseMs);
    const applying = session.apply(file, run);
    await expect(applying).rejects.toMatchObject({ code: 'MIGRATION_LOCK_LOST' });
    expect(await database.journal()).toEqual([]);
    await session.release();
  });

  it('lets a runner that lost its lock record nothing', async () => {
    directory.write({ '0001_a.ts': mongoUnderTest.text.waitsForGate('a') });
    const file = await fileAt(0);
    const zombie = await lock({ leaseMs: 600_000 });
    const applying = zombie.apply(file, run);
    await waitUntil(async () => (await database.journal()).length === 1);
    await takeLeaseAway();
    const successor = await lock();
    const again = successor.apply(file, run);
    await waitUntil(async () => (await database.journal()).length === 2);
    await database.openGate();
    await expect(applying).rejects.toMatchObject({ code: 'MIGRATION_LOCK_LOST' });
    await expect(again).resolves.toEqual(expect.any(Number));
    expect(await successor.readLedger()).toMatchObject([{ state: 'applied' }]);
    await Promise.all([zombie.release(), successor.release()]);
  });

  it('ends a running migration when its lock is lost, and leaves the lock to its new holder', async () => {
    directory.write({ '0001_a.ts': mongoUnderTest.text.waitsForGate('a') });
    const session = await lock({ leaseMs: 1_000 });
    const applying = session.apply(await fileAt(0), run);
    applying.catch(() => undefined);
    await waitUntil(async () => (await database.journal()).length === 1);
    await takeLeaseAway();
    const successor = await lock();
    await expect(applying).rejects.toMatchObject({ code: 'MIGRATION_LOCK_LOST' });
    await database.openGate();
    await session.release();
    expect(await database.open().lockHolder()).toBe('me@here:1');
    await successor.release();
    expect(await database.open().lockHolder()).toBeUndefined();
  });

  it.each([
    ['its time is over', { migrationTimeoutMs: 100 }, 'await', 'not done within 100 ms'],
    ['it said that it was done', {}, 'void', 'the run is over'],
  ])('writes nothing more for a migration once %s', async (_name, timeouts, how, refusal) => {
    const { promise: going, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: said, resolve: say } = Promise.withResolvers<unknown>();
    Object.assign(globalThis, { lateMigration: { going, say } });
    directory.write({
      '0001_a.mjs': `const late = async (db) => {
        const { going, say } = globalThis.lateMigration;
        await going;
        await db.collection('late').insertOne({}).then(say, say);
      };
      export default { async up({ db }) { ${how} late(db); } };`,
    });
    await Promise.allSettled([migrator(timeouts).up()]);
    goOn();
    expect(await said).toMatchObject({ message: expect.stringContaining(refusal) });
    expect(await client.db().collection('late').countDocuments()).toBe(0);
  });

  it('passes the abort of a run on to the migration', async () => {
    directory.write({ '0001_a.ts': mongoUnderTest.text.waitsForGate('a') });
    const stop = new AbortController();
    const migrating = migrator().up({ signal: stop.signal });
    migrating.catch(() => undefined);
    await waitUntil(async () => (await database.journal()).length === 1);
    stop.abort(new Error('enough'));
    await expect(migrating).rejects.toMatchObject({ code: 'MIGRATION_ABORTED' });
  });

  it('logs what a migration says and how far it is', async () => {
    const lines: string[] = [];
    directory.write({
      '0001_a.ts': `export default { async up({ logger, progress }) {
        logger.info('hello');
        for (let done = 0; done <= 1000; done += 1) progress(done, 1000);
      } };`,
    });
    const logger = { info: (line: string) => lines.push(line), warn: () => undefined };
    await new Migrator({ store: database.open(), directory: directory.path, logger }).up();
    expect(lines).toEqual([
      'hello',
      'mongo: 0001_a: 0 of 1000',
      'mongo: 0001_a: 1000 of 1000',
      expect.stringMatching(/^mongo: 0001_a applied in \d+ ms$/),
    ]);
  });

  it.each([
    ['has no default export', 'export const up = 1;', 'its default export has no function "up"'],
    ['has no up', 'export default { down() {} };', 'its default export has no function "up"'],
    ['cannot be parsed', 'export default {', 'cannot be loaded: '],
    ['imports what is not there', "import './nothing.js';", 'cannot be loaded: '],
  ])('records nothing of a file that %s', async (_what, text, reason) => {
    directory.write({ '0001_a.ts': text });
    await expect(migrator().up()).rejects.toThrow(`mongo: 0001_a.ts: ${reason}`);
    expect(await database.open().readLedger()).toEqual([]);
  });

  it('takes JavaScript as well', async () => {
    directory.write({
      '0001_a.mjs': `export default { up: async ({ db }) => { await db.collection('a').insertOne({}); } };`,
    });
    await migrator().up();
    expect(await client.db().collection('a').countDocuments()).toBe(1);
  });

  it("works on the application's client and leaves it open", async () => {
    directory.write({ '0001_a.ts': mongoUnderTest.text.writes('a') });
    const store = mongoMigrationStore({ client, database: client.db().databaseName });
    await using subject = new Migrator({ store, directory: directory.path });
    await expect(subject.up()).resolves.toMatchObject({ total: 1 });
    await subject.close();
    await expect(client.db().command({ ping: 1 })).resolves.toMatchObject({ ok: 1 });
  });
});
