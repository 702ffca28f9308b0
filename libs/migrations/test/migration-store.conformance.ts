import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Migrator, type MigratorOptions } from '../src/index.js';
import type { StoreTimeouts, StoreUnderTest, TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { silentServer } from './silent-server.js';
import { waitUntil } from './wait-until.js';

/** What each store has to hold: applying, recording and refusing. */
export function conformsToMigrationStore(kind: StoreUnderTest): void {
  const { extension, text } = kind;
  const named = (name: string) => `${name}${extension}`;

  describe(`${kind.name} as a migration store`, () => {
    let database: TestDatabase;
    let directory: TestDirectory;

    beforeEach(async () => {
      database = await kind.create();
      directory = new TestDirectory({
        [named('0001_one')]: text.writes('one'),
        [named('0002_two')]: text.writes('two'),
      });
    });

    afterEach(async () => {
      directory[Symbol.dispose]();
      await database.drop();
    });

    const migrator = (options: Partial<MigratorOptions> = {}, timeouts: StoreTimeouts = {}) =>
      new Migrator({ store: database.open(timeouts), directory: directory.path, ...options });

    it('applies what is pending in order, and records who ran what', async () => {
      const before = Date.now();
      const report = await migrator({ executedBy: 'me@here:1', appVersion: '1.2.3' }).up();
      expect(report).toMatchObject({ store: kind.name, total: 2 });
      expect(await database.journal()).toEqual(['one', 'two']);
      const ledger = await database.open().readLedger();
      expect(ledger.toSorted((a, b) => a.version - b.version)).toEqual(report.applied);
      expect(report.applied[1]).toEqual({
        version: 2,
        name: 'two',
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        state: 'applied',
        executedAt: expect.any(Date),
        durationMs: expect.any(Number),
        executedBy: 'me@here:1',
        appVersion: '1.2.3',
        breaking: false,
        progress: undefined,
      });
      const executedAt = report.applied[0]?.executedAt.getTime() ?? 0;
      expect(Math.abs(executedAt - before)).toBeLessThan(600_000);
    });

    it('applies only what is new, and nothing the second time', async () => {
      await migrator().up();
      directory.write({ [named('0003_three')]: text.writes('three') });
      const second = await migrator().up();
      const third = await migrator().up();
      expect([second, third].map(({ applied, total }) => [applied.length, total])).toEqual([
        [1, 3],
        [0, 3],
      ]);
      expect(await database.journal()).toEqual(['one', 'two', 'three']);
    });

    it('needs no lock when there is nothing to do', async () => {
      await migrator().up();
      const other = await database.open().tryLock({ executedBy: 'other', appVersion: undefined });
      expect(other).toBeDefined();
      await expect(migrator({ lockWaitMs: 1 }).up()).resolves.toMatchObject({ applied: [] });
      await other?.release();
    });

    it('stops at a migration that fails, keeps those before it, and goes on once it can', async () => {
      directory.write({
        [named('0002_two')]: text.failsWithoutGate('two', 'no gate'),
        [named('0003_three')]: text.writes('three'),
      });
      const failing = migrator().up();
      await expect(failing).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        failure: { store: kind.name, fileName: named('0002_two') },
        message: expect.stringMatching(`${kind.name}: ${named('0002_two')}.*no gate`),
      });
      expect(await database.journal()).toEqual(['one']);
      await database.openGate();
      expect((await migrator().up()).applied.map(({ name }) => name)).toEqual(['two', 'three']);
      expect(await database.journal()).toEqual(['one', 'two', 'three']);
    });

    it('refuses to run while an applied file is modified, naming both checksums', async () => {
      await migrator().up();
      const [recorded] = await database.open().readLedger();
      directory.write({
        [named('0001_one')]: text.writes('other'),
        [named('0003_three')]: text.writes('three'),
      });
      const refused = migrator().up();
      await expect(refused).rejects.toMatchObject({
        code: 'MIGRATION_HISTORY',
        problems: [{ kind: 'modified', fileName: named('0001_one') }],
      });
      await expect(refused).rejects.toThrow('was modified after execution');
      await expect(refused).rejects.toThrow(recorded?.checksum ?? 'none');
      expect(await database.journal()).toEqual(['one', 'two']);
      const { problems } = await migrator().status();
      expect(problems).toMatchObject([{ kind: 'modified' }]);
    });

    it('takes a file for the same when only line ends and trailing blanks changed', async () => {
      await migrator().up();
      directory.write({ [named('0001_one')]: text.writes('one').replaceAll('\n', '  \r\n') });
      await expect(migrator().up()).resolves.toMatchObject({ applied: [] });
    });

    it('refuses a missing, a late and a mis-numbered file, and names each', async () => {
      await migrator().up();
      directory.remove(named('0001_one'));
      directory.write({ [named('0004_four')]: text.writes('four') });
      await expect(migrator().up()).rejects.toMatchObject({
        problems: [
          { kind: 'missing_file', version: 1, name: 'one' },
          { kind: 'gap', version: 3, before: named('0004_four') },
        ],
      });
      expect(await database.journal()).toEqual(['one', 'two']);
    });

    it('goes on with a tolerated problem, and warns of it', async () => {
      await migrator().up();
      directory.remove(named('0001_one'));
      directory.write({ [named('0004_four')]: text.writes('four') });
      const warnings: string[] = [];
      const logger = { info: () => undefined, warn: (line: string) => warnings.push(line) };
      const tolerant = migrator({ logger, policies: { missing_file: 'warn', gap: 'warn' } });
      await expect(tolerant.up()).resolves.toMatchObject({ applied: [{ version: 4 }] });
      expect(warnings).toEqual([
        expect.stringContaining('0001_one is in the ledger, but its file is missing'),
        expect.stringContaining('version 0003 is missing'),
      ]);
      directory.write({ [named('0001_one')]: text.writes('other') });
      await expect(tolerant.up()).rejects.toMatchObject({ problems: [{ kind: 'modified' }] });
    });

    it('is up to date for an older release when a newer one has migrated it', async () => {
      await migrator().up();
      directory.remove(named('0002_two'));
      await expect(migrator().assertUpToDate()).resolves.toBeUndefined();
      await expect(migrator().up()).rejects.toMatchObject({ problems: [{ kind: 'missing_file' }] });
      const warn = (line: string) => warnings.push(line);
      const warnings: string[] = [];
      const logger = { info: () => undefined, warn };
      const tolerant = migrator({ logger, policies: { missing_file: 'warn' } });
      await expect(tolerant.up()).resolves.toMatchObject({ applied: [] });
      expect(warnings).toEqual([expect.stringContaining('0002_two is in the ledger')]);
    });

    it('shows applied and pending migrations, without creating anything', async () => {
      const names = async () => {
        const { migrations } = await migrator().status();
        return migrations.map(({ version, name, state }) => `${version} ${name} ${state}`);
      };
      expect(await names()).toEqual(['1 one pending', '2 two pending']);
      directory.remove(named('0002_two'));
      await migrator().up();
      directory.write({ [named('0002_two')]: text.writes('two') });
      expect(await names()).toEqual(['1 one applied', '2 two pending']);
    });

    it('tells services which migrations their store misses', async () => {
      const subject = migrator();
      await expect(subject.assertUpToDate()).rejects.toMatchObject({
        code: 'STORE_BEHIND',
        message: `${kind.name} is behind: misses 0001_one, 0002_two`,
      });
      await subject.up();
      await expect(subject.assertUpToDate()).resolves.toBeUndefined();
      directory.write({ [named('0003_three')]: text.writes('three') });
      expect(await subject.pending()).toEqual(['0003_three']);
    });

    it('gives up waiting for another runner in time, and names it', async () => {
      const session = await database.open().tryLock({ executedBy: 'a@b:1', appVersion: undefined });
      const error = await migrator({ lockWaitMs: 300 })
        .up()
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'MIGRATION_LOCK_TIMEOUT',
        holder: expect.any(String),
        message: expect.stringMatching(/another runner \(.+\) is still migrating after \d+ s/),
      });
      await session?.release();
      await expect(migrator().up()).resolves.toMatchObject({ total: 2 });
    });

    it('stops on a signal between two migrations, and keeps what is finished', async () => {
      const stop = new AbortController();
      const logger = { info: () => stop.abort(), warn: () => undefined };
      await expect(migrator({ logger }).up({ signal: stop.signal })).rejects.toMatchObject({
        code: 'MIGRATION_ABORTED',
      });
      expect(await database.journal()).toEqual(['one']);
      const { migrations } = await migrator().status();
      expect(migrations.map(({ state }) => state)).toEqual(['applied', 'pending']);
      await expect(migrator().up()).resolves.toMatchObject({ total: 2 });
    });

    it('stops on a signal while it waits for the lock', async () => {
      const session = await database.open().tryLock({ executedBy: 'a@b:1', appVersion: undefined });
      const stop = new AbortController();
      const waiting = migrator().up({ signal: stop.signal });
      stop.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'MIGRATION_ABORTED' });
      await session?.release();
    });

    it('ends a migration that takes longer than it may', async () => {
      directory.write({ [named('0002_two')]: text.waitsForGate('two') });
      const slow = migrator({}, { migrationTimeoutMs: 300 }).up();
      await expect(slow).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: `${kind.name}: ${named('0002_two')}: not done within 300 ms`,
      });
      await database.openGate();
      // The ended one leaves its lock: the next runner need not wait for anything but that.
      await expect(migrator().up()).resolves.toMatchObject({ total: 2 });
    });

    it('lets one of ten that start at once do the work, while nine find it done', async () => {
      const names = Array.from({ length: 12 }, (_each, index) => `m${index + 1}`);
      directory.remove(named('0001_one'), named('0002_two'));
      for (const [index, name] of names.entries()) {
        const number = String(index + 1).padStart(4, '0');
        directory.write({ [named(`${number}_${name}`)]: text.writes(name) });
      }
      const runners = Array.from({ length: 10 }, () => migrator());
      const reports = await Promise.all(runners.map(async (runner) => runner.up()));
      expect(await database.journal()).toEqual(names);
      expect(reports.map(({ total }) => total)).toEqual(Array.from({ length: 10 }, () => 12));
      expect(reports.map(({ applied }) => applied.length).toSorted((a, b) => a - b)).toEqual([
        ...Array.from({ length: 9 }, () => 0),
        12,
      ]);
    });

    it('holds its lock for as long as a migration takes', async () => {
      directory.write({ [named('0002_two')]: text.waitsForGate('two') });
      const leaseMs = 2_500;
      const working = migrator({}, { leaseMs }).up();
      await waitUntil(async () => (await ledgerHas(2)) || (await database.journal()).length > 1);
      const other = migrator({ lockWaitMs: leaseMs * 2 }, { leaseMs }).up();
      await expect(other).rejects.toMatchObject({ code: 'MIGRATION_LOCK_TIMEOUT' });
      await database.openGate();
      await expect(working).resolves.toMatchObject({ total: 2 });
      expect((await database.journal()).filter((entry) => entry === 'two')).toHaveLength(1);

      /** PostgreSQL shows nothing of an open transaction: there its first migration must do. */
      async function ledgerHas(version: number): Promise<boolean> {
        const ledger = await database.open().readLedger();
        return kind.keepsHalves
          ? ledger.some((entry) => entry.version === version)
          : ledger.length === 1;
      }
    });

    it.each(['127.0.0.1:1', 'no-such-host.invalid:99'])(
      'says at once and without the password that %s cannot be reached',
      async (address) => {
        await using runner = new Migrator({
          store: kind.openAt(address, { connectTimeoutMs: 500 }),
          directory: directory.path,
        });
        const unreachable = `${kind.name}: cannot reach ${address}/app: `;
        await expect(runner.up()).rejects.toMatchObject({
          code: 'STORE_UNREACHABLE',
          message: expect.stringContaining(unreachable),
        });
        await expect(runner.up()).rejects.not.toThrow('s3cret');
      },
    );

    it('gives up on a server that takes the connection and says nothing', async () => {
      await using server = await silentServer();
      await using runner = new Migrator({
        store: kind.openAt(server.address, { connectTimeoutMs: 300 }),
        directory: directory.path,
      });
      await expect(runner.up()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    });

    it('can be closed twice', async () => {
      const subject = migrator();
      await subject.up();
      await subject.close();
      await expect(subject.close()).resolves.toBeUndefined();
    });
  });
}
