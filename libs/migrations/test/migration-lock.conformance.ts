import { describe, expect, it } from '@jest/globals';
import { Migrator } from '../src/index.js';
import type { StoreUnderTest } from './database.js';
import { silentServer } from './silent-server.js';
import { StoreFixture } from './store-fixture.js';
import { waitUntil } from './wait-until.js';

/** What each store has to hold when others work on it, or it cannot be reached. */
export function conformsToMigrationLock(kind: StoreUnderTest): void {
  const { text } = kind;

  describe(`the lock of ${kind.name}`, () => {
    const given = StoreFixture.forEachTest(kind, {
      '0001_one': text.writes('one'),
      '0002_two': text.writes('two'),
    });

    it('gives up waiting for another runner in time, and names it', async () => {
      const session = await given.database
        .open()
        .tryLock({ executedBy: 'a@b:1', appVersion: undefined });
      const error = await given
        .migrator({ lockWaitMs: 300 })
        .up()
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'MIGRATION_LOCK_TIMEOUT',
        holder: expect.any(String),
        message: expect.stringMatching(/another runner \(.+\) is still migrating after \d+ s/),
      });
      await session?.release();
      await expect(given.migrator().up()).resolves.toMatchObject({ total: 2 });
    });

    it('stops on a signal between two migrations, and keeps what is finished', async () => {
      const stop = new AbortController();
      const logger = { info: () => stop.abort(), warn: () => undefined };
      await expect(given.migrator({ logger }).up({ signal: stop.signal })).rejects.toMatchObject({
        code: 'MIGRATION_ABORTED',
      });
      expect(await given.database.journal()).toEqual(['one']);
      const { migrations } = await given.migrator().status();
      expect(migrations.map(({ state }) => state)).toEqual(['applied', 'pending']);
      await expect(given.migrator().up()).resolves.toMatchObject({ total: 2 });
    });

    it('stops on a signal while it waits for the lock', async () => {
      const session = await given.database
        .open()
        .tryLock({ executedBy: 'a@b:1', appVersion: undefined });
      const stop = new AbortController();
      const waiting = given.migrator().up({ signal: stop.signal });
      stop.abort();
      await expect(waiting).rejects.toMatchObject({ code: 'MIGRATION_ABORTED' });
      await session?.release();
    });

    it('ends a migration that takes longer than it may', async () => {
      given.directory.write({ [given.named('0002_two')]: text.waitsForGate('two') });
      const slow = given.migrator({}, { migrationTimeoutMs: 300 }).up();
      await expect(slow).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        message: `${kind.name}: ${given.named('0002_two')}: not done within 300 ms`,
      });
      await given.database.openGate();
      // The ended one leaves its lock: the next runner need not wait for anything but that.
      await expect(given.migrator().up()).resolves.toMatchObject({ total: 2 });
    });

    it('lets one of ten that start at once do the work, while nine find it done', async () => {
      const names = Array.from({ length: 12 }, (_each, index) => `m${index + 1}`);
      given.directory.remove(given.named('0001_one'), given.named('0002_two'));
      for (const [index, name] of names.entries()) {
        const number = String(index + 1).padStart(4, '0');
        given.directory.write({ [given.named(`${number}_${name}`)]: text.writes(name) });
      }
      const runners = Array.from({ length: 10 }, () => given.migrator());
      const reports = await Promise.all(runners.map(async (runner) => runner.up()));
      expect(await given.database.journal()).toEqual(names);
      expect(reports.map(({ total }) => total)).toEqual(Array.from({ length: 10 }, () => 12));
      expect(reports.map(({ applied }) => applied.length).toSorted((a, b) => a - b)).toEqual([
        ...Array.from({ length: 9 }, () => 0),
        12,
      ]);
    });

    it('holds its lock for as long as a migration takes', async () => {
      given.directory.write({ [given.named('0002_two')]: text.waitsForGate('two') });
      const leaseMs = 2_500;
      const working = given.migrator({}, { leaseMs }).up();
      await waitUntil(
        async () => (await ledgerHas(2)) || (await given.database.journal()).length > 1,
      );
      const other = given.migrator({ lockWaitMs: leaseMs * 2 }, { leaseMs }).up();
      await expect(other).rejects.toMatchObject({ code: 'MIGRATION_LOCK_TIMEOUT' });
      await given.database.openGate();
      await expect(working).resolves.toMatchObject({ total: 2 });
      expect((await given.database.journal()).filter((entry) => entry === 'two')).toHaveLength(1);

      /** PostgreSQL shows nothing of an open transaction: there its first migration must do. */
      async function ledgerHas(version: number): Promise<boolean> {
        const ledger = await given.database.open().readLedger();
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
          directory: given.directory.path,
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
        directory: given.directory.path,
      });
      await expect(runner.up()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    });

    it('can be closed twice', async () => {
      const subject = given.migrator();
      await subject.up();
      await subject.close();
      await expect(subject.close()).resolves.toBeUndefined();
    });
  });
}
