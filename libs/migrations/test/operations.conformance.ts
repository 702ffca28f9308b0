import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  checksumOf,
  Migrator,
  type MigratorOptions,
  type ProblemWithPolicy,
} from '../src/index.js';
import type { StoreTimeouts, StoreUnderTest, TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { waitUntil } from './wait-until.js';

/** What each store has to hold beyond `up`: reverting, planning, recording, and readiness. */
export function conformsToOperations(kind: StoreUnderTest): void {
  const { extension, text } = kind;
  const named = (name: string) => `${name}${extension}`;

  describe(`operations on ${kind.name}`, () => {
    let database: TestDatabase;
    let directory: TestDirectory;
    const warnings: string[] = [];

    beforeEach(async () => {
      database = await kind.create();
      warnings.splice(0);
      directory = new TestDirectory({
        [named('0001_one')]: text.writes('one'),
        [named('0002_two')]: text.reversible('two'),
        [named('0003_three')]: text.reversible('three'),
      });
    });
    afterEach(async () => {
      directory[Symbol.dispose]();
      await database.drop();
    });

    const logger = { info: () => undefined, warn: (line: string) => warnings.push(line) };
    const migrator = (options: Partial<MigratorOptions> = {}, timeouts: StoreTimeouts = {}) =>
      new Migrator({
        store: database.open(timeouts),
        directory: directory.path,
        logger,
        ...options,
      });
    const versions = async () =>
      (await database.open().readLedger()).map(({ version }) => version).toSorted((a, b) => a - b);

    describe('up', () => {
      it('goes as far as it is told', async () => {
        await expect(migrator().up({ to: 2 })).resolves.toMatchObject({ total: 2 });
        expect(await database.journal()).toEqual(['one', 'two']);
        await expect(migrator().up({ to: 2 })).resolves.toMatchObject({ applied: [] });
      });

      it('works on the ledger of an earlier version, which goes on working on it', async () => {
        const checksum = checksumOf(text.writes('one'));
        await database.createOldLedger({ version: 1, name: 'one', checksum });
        await expect(migrator().assertUpToDate()).rejects.toThrow('misses 0002_two, 0003_three');
        directory.write({ [named('0004_four')]: text.breaking('four') });
        await expect(migrator().up()).resolves.toMatchObject({ total: 4 });
        const ledger = await database.open().readLedger();
        expect(ledger.map(({ version, breaking }) => [version, breaking])).toEqual([
          [1, false],
          [2, false],
          [3, false],
          [4, true],
        ]);
      });

      it('tells how far it is, file by file', async () => {
        const seen: string[] = [];
        await migrator({
          onProgress: ({ migration, number, of }) => seen.push(`${number}/${of} ${migration}`),
        }).up();
        expect(seen).toEqual(['1/3 0001_one', '2/3 0002_two', '3/3 0003_three']);
      });
    });

    describe('policies', () => {
      const write = (name: string) => directory.write({ [named(name)]: text.writes(name) });
      const scenarios: readonly {
        problem: ProblemWithPolicy;
        make: () => Promise<void> | void;
        runs: string[];
      }[] = [
        {
          problem: 'missing_file',
          make: () => directory.remove(named('0001_one')),
          runs: [],
        },
        { problem: 'gap', make: () => write('0005_five'), runs: ['0005_five'] },
        { problem: 'duplicate_version', make: () => write('0001_a_twin'), runs: [] },
        {
          problem: 'out_of_order',
          make: async () => {
            write('0005_five');
            await migrator({ policies: { gap: 'ignore' } }).up();
            write('0004_late');
          },
          runs: ['0005_five', '0004_late'],
        },
      ];

      it.each(scenarios)(
        'refuse $problem unless they say otherwise, then warn of it or keep silent',
        async ({ problem, make, runs }) => {
          await migrator().up();
          await make();
          warnings.splice(0);
          await expect(migrator().up()).rejects.toMatchObject({ problems: [{ kind: problem }] });
          await migrator({ policies: { [problem]: 'warn' } }).up();
          expect(warnings).toEqual([expect.any(String)]);
          await migrator({ policies: { [problem]: 'ignore' } }).up();
          expect(warnings).toHaveLength(1);
          expect(await database.journal()).toEqual(['one', 'two', 'three', ...runs]);
        },
      );
    });

    describe('down', () => {
      it('takes the newest back, and its entry away', async () => {
        await migrator().up();
        expect(await migrator().reversible()).toEqual(['0003_three']);
        const report = await migrator().down();
        expect(report).toMatchObject({ reverted: [{ version: 3, name: 'three' }], total: 2 });
        expect(await versions()).toEqual([1, 2]);
        expect((await database.journal()).at(-1)).toBe('three reverted');
        await migrator().up();
        expect((await database.journal()).at(-1)).toBe('three');
      });

      it('takes back all above a version, newest first', async () => {
        await migrator().up();
        await expect(migrator().down({ to: 1 })).resolves.toMatchObject({ total: 1 });
        expect((await database.journal()).slice(-2)).toEqual(['three reverted', 'two reverted']);
      });

      it('takes nothing back if one of them has no down part, and names it', async () => {
        await migrator().up();
        await expect(migrator().down({ to: 0 })).rejects.toMatchObject({
          code: 'MIGRATION_NOT_REVERSIBLE',
          migrations: ['0001_one'],
        });
        expect(await versions()).toEqual([1, 2, 3]);
        expect(await database.journal()).toEqual(['one', 'two', 'three']);
      });

      it('takes nothing back that was edited, or that nobody has confirmed', async () => {
        await migrator().up();
        const others = migrator().down({ exactly: ['0002_two'] });
        await expect(others).rejects.toMatchObject({ code: 'MIGRATION_VERSION' });
        directory.write({ [named('0003_three')]: text.reversible('else') });
        await expect(migrator().down()).rejects.toMatchObject({
          problems: [{ kind: 'modified' }],
        });
        expect(await versions()).toEqual([1, 2, 3]);
      });

      it('takes nothing back below a migration that has no file, whatever the policy', async () => {
        await migrator().up();
        directory.remove(named('0003_three'));
        const policies = { missing_file: 'ignore' } as const;
        await expect(migrator({ policies }).down()).rejects.toMatchObject({
          problems: [{ kind: 'missing_file', version: 3 }],
        });
        expect(await versions()).toEqual([1, 2, 3]);
      });

      it('has nothing to do on an empty store', async () => {
        await expect(migrator().down()).resolves.toMatchObject({ reverted: [], total: 0 });
      });

      it('is done once though five start at once', async () => {
        await migrator().up();
        const runs = Array.from({ length: 5 }, async () =>
          migrator().down({ exactly: ['0003_three'] }),
        );
        const ends = await Promise.allSettled(runs);
        expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await versions()).toEqual([1, 2]);
        expect((await database.journal()).filter((each) => each === 'three reverted')).toHaveLength(
          1,
        );
      });
    });

    describe('plan', () => {
      it('shows what would run with its traits, and leaves no trace', async () => {
        directory.write({ [named('0004_four')]: text.breaking('four') });
        const { migrations, problems } = await migrator().plan();
        expect(problems).toEqual([]);
        expect(
          migrations.map(({ file, breaking, reversible }) => [file.fileName, breaking, reversible]),
        ).toEqual([
          [named('0001_one'), false, false],
          [named('0002_two'), false, true],
          [named('0003_three'), false, true],
          [named('0004_four'), true, false],
        ]);
        expect(await database.journal()).toEqual([]);
        expect(await versions()).toEqual([]);
        await migrator().up({ to: 3 });
        const rest = await migrator().plan();
        expect(rest.migrations.map(({ file }) => file.name)).toEqual(['four']);
      });

      it('names what would keep up from running, and tries nothing then', async () => {
        directory.write({ [named('0005_five')]: text.writes('five') });
        await expect(migrator().plan()).resolves.toMatchObject({
          migrations: [],
          problems: [{ kind: 'gap' }],
        });
      });
    });

    describe('baseline', () => {
      it('records what the store had before, and runs none of it', async () => {
        const report = await migrator().baseline(2);
        expect(report.changes).toMatchObject([
          { version: 1, before: undefined, after: { state: 'applied', durationMs: undefined } },
          { version: 2, before: undefined, after: { state: 'applied' } },
        ]);
        expect(await database.journal()).toEqual([]);
        await expect(migrator().baseline(2)).resolves.toMatchObject({ changes: [] });
        await migrator().up();
        expect(await database.journal()).toEqual(['three']);
      });

      it('takes only a version that has a file', async () => {
        await expect(migrator().baseline(7)).rejects.toThrow('no file has version 0007');
        expect(await versions()).toEqual([]);
      });
    });

    describe('repair', () => {
      it('records the checksum of an edited file on purpose, and shows both', async () => {
        await migrator().up();
        const edited = text.breaking('other');
        // Under another name too: Jest, unlike Node, never reads a module's text again.
        directory.remove(named('0002_two'));
        directory.write({ [named('0002_edited')]: edited });
        await expect(migrator().up()).rejects.toMatchObject({ problems: [{ kind: 'modified' }] });
        const { changes } = await migrator().repair([2]);
        expect(changes).toMatchObject([
          {
            version: 2,
            before: { checksum: checksumOf(text.reversible('two')), breaking: false },
            after: { checksum: checksumOf(edited), breaking: true, state: 'applied' },
          },
        ]);
        await expect(migrator().up()).resolves.toMatchObject({ applied: [], total: 3 });
        await expect(migrator().repair([2])).resolves.toMatchObject({ changes: [] });
      });

      it('settles nothing that is not there', async () => {
        await expect(migrator().repair([1])).rejects.toThrow('0001_one was never applied');
        await expect(migrator().repair([9])).rejects.toThrow('no file has version 0009');
      });
    });

    describe('readiness', () => {
      it('is refused while the store is behind, and names what it misses', async () => {
        await migrator().up({ to: 1 });
        const subject = migrator();
        await expect(subject.assertUpToDate()).rejects.toMatchObject({
          code: 'STORE_BEHIND',
          missing: ['0002_two', '0003_three'],
        });
        await migrator().up();
        await expect(subject.assertUpToDate()).resolves.toBeUndefined();
      });

      it('is refused by a breaking migration that is not known here, and by no other', async () => {
        const older = migrator();
        await migrator().up();
        await older.assertUpToDate();
        directory.write({ [named('0004_four')]: text.writes('four') });
        await migrator().up();
        await expect(older.assertUpToDate()).resolves.toBeUndefined();
        directory.write({ [named('0005_five')]: text.breaking('five') });
        await migrator().up();
        await expect(older.assertUpToDate()).rejects.toMatchObject({
          code: 'STORE_AHEAD',
          breaking: ['0005_five'],
          message: expect.stringContaining('0005_five is unknown here'),
        });
        await expect(migrator().assertUpToDate()).resolves.toBeUndefined();
      });
    });

    it('waits for a runner that is at work', async () => {
      directory.write({ [named('0001_one')]: text.waitsForGate('one') });
      const working = migrator().up({ to: 1 });
      await waitUntil(async () => (await database.open().lockHolder()) !== undefined);
      const baseline = migrator().baseline(2);
      await expect(migrator({ lockWaitMs: 1 }).baseline(2)).rejects.toMatchObject({
        code: 'MIGRATION_LOCK_TIMEOUT',
      });
      await database.openGate();
      await working;
      await expect(baseline).resolves.toMatchObject({ changes: [{ version: 2 }] });
    });
  });
}
