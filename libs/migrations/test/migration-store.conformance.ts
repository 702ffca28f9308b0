import { describe, expect, it } from '@jest/globals';
import type { StoreUnderTest } from './database.js';
import { StoreFixture } from './store-fixture.js';

/** What each store has to hold: applying, recording and refusing. */
export function conformsToMigrationStore(kind: StoreUnderTest): void {
  const { text } = kind;

  describe(`${kind.name} as a migration store`, () => {
    const given = StoreFixture.forEachTest(kind, {
      '0001_one': text.writes('one'),
      '0002_two': text.writes('two'),
    });

    it('applies what is pending in order, and records who ran what', async () => {
      const before = Date.now();
      const report = await given.migrator({ executedBy: 'me@here:1', appVersion: '1.2.3' }).up();
      expect(report).toMatchObject({ store: kind.name, total: 2 });
      expect(await given.database.journal()).toEqual(['one', 'two']);
      const ledger = await given.database.open().readLedger();
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
      await given.migrator().up();
      given.directory.write({ [given.named('0003_three')]: text.writes('three') });
      const second = await given.migrator().up();
      const third = await given.migrator().up();
      expect([second, third].map(({ applied, total }) => [applied.length, total])).toEqual([
        [1, 3],
        [0, 3],
      ]);
      expect(await given.database.journal()).toEqual(['one', 'two', 'three']);
    });

    it('needs no lock when there is nothing to do', async () => {
      await given.migrator().up();
      const other = await given.database
        .open()
        .tryLock({ executedBy: 'other', appVersion: undefined });
      expect(other).toBeDefined();
      await expect(given.migrator({ lockWaitMs: 1 }).up()).resolves.toMatchObject({ applied: [] });
      await other?.release();
    });

    it('stops at a migration that fails, keeps those before it, and goes on once it can', async () => {
      given.directory.write({
        [given.named('0002_two')]: text.failsWithoutGate('two', 'no gate'),
        [given.named('0003_three')]: text.writes('three'),
      });
      const failing = given.migrator().up();
      await expect(failing).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        failure: { store: kind.name, fileName: given.named('0002_two') },
        message: expect.stringMatching(`${kind.name}: ${given.named('0002_two')}.*no gate`),
      });
      expect(await given.database.journal()).toEqual(['one']);
      await given.database.openGate();
      expect((await given.migrator().up()).applied.map(({ name }) => name)).toEqual([
        'two',
        'three',
      ]);
      expect(await given.database.journal()).toEqual(['one', 'two', 'three']);
    });

    it('refuses to run while an applied file is modified, naming both checksums', async () => {
      await given.migrator().up();
      const [recorded] = await given.database.open().readLedger();
      given.directory.write({
        [given.named('0001_one')]: text.writes('other'),
        [given.named('0003_three')]: text.writes('three'),
      });
      const refused = given.migrator().up();
      await expect(refused).rejects.toMatchObject({
        code: 'MIGRATION_HISTORY',
        problems: [{ kind: 'modified', fileName: given.named('0001_one') }],
      });
      await expect(refused).rejects.toThrow('was modified after execution');
      await expect(refused).rejects.toThrow(recorded?.checksum ?? 'none');
      expect(await given.database.journal()).toEqual(['one', 'two']);
      const { problems } = await given.migrator().status();
      expect(problems).toMatchObject([{ kind: 'modified' }]);
    });

    it('takes a file for the same when only line ends and trailing blanks changed', async () => {
      await given.migrator().up();
      given.directory.write({
        [given.named('0001_one')]: text.writes('one').replaceAll('\n', '  \r\n'),
      });
      await expect(given.migrator().up()).resolves.toMatchObject({ applied: [] });
    });

    it('refuses a missing, a late and a mis-numbered file, and names each', async () => {
      await given.migrator().up();
      given.directory.remove(given.named('0001_one'));
      given.directory.write({ [given.named('0004_four')]: text.writes('four') });
      await expect(given.migrator().up()).rejects.toMatchObject({
        problems: [
          { kind: 'missing_file', version: 1, name: 'one' },
          { kind: 'gap', version: 3, before: given.named('0004_four') },
        ],
      });
      expect(await given.database.journal()).toEqual(['one', 'two']);
    });

    it('goes on with a tolerated problem, and warns of it', async () => {
      await given.migrator().up();
      given.directory.remove(given.named('0001_one'));
      given.directory.write({ [given.named('0004_four')]: text.writes('four') });
      const tolerant = given.migrator({ policies: { missing_file: 'warn', gap: 'warn' } });
      await expect(tolerant.up()).resolves.toMatchObject({ applied: [{ version: 4 }] });
      expect(given.warnings).toEqual([
        expect.stringContaining('0001_one is in the ledger, but its file is missing'),
        expect.stringContaining('version 0003 is missing'),
      ]);
      given.directory.write({ [given.named('0001_one')]: text.writes('other') });
      await expect(tolerant.up()).rejects.toMatchObject({ problems: [{ kind: 'modified' }] });
    });

    it('is up to date for an older release when a newer one has migrated it', async () => {
      await given.migrator().up();
      given.directory.remove(given.named('0002_two'));
      await expect(given.migrator().assertUpToDate()).resolves.toBeUndefined();
      await expect(given.migrator().up()).rejects.toMatchObject({
        problems: [{ kind: 'missing_file' }],
      });
      const tolerant = given.migrator({ policies: { missing_file: 'warn' } });
      await expect(tolerant.up()).resolves.toMatchObject({ applied: [] });
      expect(given.warnings).toEqual([expect.stringContaining('0002_two is in the ledger')]);
    });

    it('shows applied and pending migrations, without creating anything', async () => {
      const names = async () => {
        const { migrations } = await given.migrator().status();
        return migrations.map(({ version, name, state }) => `${version} ${name} ${state}`);
      };
      expect(await names()).toEqual(['1 one pending', '2 two pending']);
      given.directory.remove(given.named('0002_two'));
      await given.migrator().up();
      given.directory.write({ [given.named('0002_two')]: text.writes('two') });
      expect(await names()).toEqual(['1 one applied', '2 two pending']);
    });

    it('tells services which migrations their store misses', async () => {
      const subject = given.migrator();
      await expect(subject.assertUpToDate()).rejects.toMatchObject({
        code: 'STORE_BEHIND',
        message: `${kind.name} is behind: misses 0001_one, 0002_two`,
      });
      await subject.up();
      await expect(subject.assertUpToDate()).resolves.toBeUndefined();
      given.directory.write({ [given.named('0003_three')]: text.writes('three') });
      expect(await subject.pending()).toEqual(['0003_three']);
    });
  });
}
