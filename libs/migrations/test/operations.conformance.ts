import { describe, expect, it } from '@jest/globals';
import { checksumOf, type ProblemWithPolicy } from '../src/index.js';
import type { StoreUnderTest } from './database.js';
import { StoreFixture } from './store-fixture.js';

/** What each store has to hold beyond `up`: policies, reverting and planning. */
export function conformsToOperations(kind: StoreUnderTest): void {
  const { text } = kind;

  describe(`operations on ${kind.name}`, () => {
    const given = StoreFixture.forEachTest(kind, {
      '0001_one': text.writes('one'),
      '0002_two': text.reversible('two'),
      '0003_three': text.reversible('three'),
    });

    describe('up', () => {
      it('goes as far as it is told', async () => {
        await expect(given.migrator().up({ to: 2 })).resolves.toMatchObject({ total: 2 });
        expect(await given.database.journal()).toEqual(['one', 'two']);
        await expect(given.migrator().up({ to: 2 })).resolves.toMatchObject({ applied: [] });
      });

      it('works on the ledger of an earlier version, which goes on working on it', async () => {
        const checksum = checksumOf(text.writes('one'));
        await given.database.createOldLedger({ version: 1, name: 'one', checksum });
        await expect(given.migrator().assertUpToDate()).rejects.toThrow(
          'misses 0002_two, 0003_three',
        );
        given.directory.write({ [given.named('0004_four')]: text.breaking('four') });
        await expect(given.migrator().up()).resolves.toMatchObject({ total: 4 });
        const ledger = await given.database.open().readLedger();
        expect(ledger.map(({ version, breaking }) => [version, breaking])).toEqual([
          [1, false],
          [2, false],
          [3, false],
          [4, true],
        ]);
      });

      it('tells how far it is, file by file', async () => {
        const seen: string[] = [];
        await given
          .migrator({
            onProgress: ({ migration, number, of }) => seen.push(`${number}/${of} ${migration}`),
          })
          .up();
        expect(seen).toEqual(['1/3 0001_one', '2/3 0002_two', '3/3 0003_three']);
      });
    });

    describe('policies', () => {
      const write = (name: string) =>
        given.directory.write({ [given.named(name)]: text.writes(name) });
      const scenarios: readonly {
        problem: ProblemWithPolicy;
        make: () => Promise<void> | void;
        runs: string[];
      }[] = [
        {
          problem: 'missing_file',
          make: () => given.directory.remove(given.named('0001_one')),
          runs: [],
        },
        { problem: 'gap', make: () => write('0005_five'), runs: ['0005_five'] },
        { problem: 'duplicate_version', make: () => write('0001_a_twin'), runs: [] },
        {
          problem: 'out_of_order',
          make: async () => {
            write('0005_five');
            await given.migrator({ policies: { gap: 'ignore' } }).up();
            write('0004_late');
          },
          runs: ['0005_five', '0004_late'],
        },
      ];

      it.each(scenarios)(
        'refuse $problem unless they say otherwise, then warn of it or keep silent',
        async ({ problem, make, runs }) => {
          await given.migrator().up();
          await make();
          given.warnings.splice(0);
          await expect(given.migrator().up()).rejects.toMatchObject({
            problems: [{ kind: problem }],
          });
          await given.migrator({ policies: { [problem]: 'warn' } }).up();
          expect(given.warnings).toEqual([expect.any(String)]);
          await given.migrator({ policies: { [problem]: 'ignore' } }).up();
          expect(given.warnings).toHaveLength(1);
          expect(await given.database.journal()).toEqual(['one', 'two', 'three', ...runs]);
        },
      );
    });

    describe('down', () => {
      it('takes the newest back, and its entry away', async () => {
        await given.migrator().up();
        expect(await given.migrator().reversible()).toEqual(['0003_three']);
        const report = await given.migrator().down();
        expect(report).toMatchObject({ reverted: [{ version: 3, name: 'three' }], total: 2 });
        expect(await given.versions()).toEqual([1, 2]);
        expect((await given.database.journal()).at(-1)).toBe('three reverted');
        await given.migrator().up();
        expect((await given.database.journal()).at(-1)).toBe('three');
      });

      it('takes back all above a version, newest first', async () => {
        await given.migrator().up();
        await expect(given.migrator().down({ to: 1 })).resolves.toMatchObject({ total: 1 });
        expect((await given.database.journal()).slice(-2)).toEqual([
          'three reverted',
          'two reverted',
        ]);
      });

      it('takes nothing back if one of them has no down part, and names it', async () => {
        await given.migrator().up();
        await expect(given.migrator().down({ to: 0 })).rejects.toMatchObject({
          code: 'MIGRATION_NOT_REVERSIBLE',
          migrations: ['0001_one'],
        });
        expect(await given.versions()).toEqual([1, 2, 3]);
        expect(await given.database.journal()).toEqual(['one', 'two', 'three']);
      });

      it('takes nothing back that was edited, or that nobody has confirmed', async () => {
        await given.migrator().up();
        const others = given.migrator().down({ exactly: ['0002_two'] });
        await expect(others).rejects.toMatchObject({ code: 'MIGRATION_VERSION' });
        given.directory.write({ [given.named('0003_three')]: text.reversible('else') });
        await expect(given.migrator().down()).rejects.toMatchObject({
          problems: [{ kind: 'modified' }],
        });
        expect(await given.versions()).toEqual([1, 2, 3]);
      });

      it('takes nothing back below a migration that has no file, whatever the policy', async () => {
        await given.migrator().up();
        given.directory.remove(given.named('0003_three'));
        const policies = { missing_file: 'ignore' } as const;
        await expect(given.migrator({ policies }).down()).rejects.toMatchObject({
          problems: [{ kind: 'missing_file', version: 3 }],
        });
        expect(await given.versions()).toEqual([1, 2, 3]);
      });

      it('has nothing to do on an empty store', async () => {
        await expect(given.migrator().down()).resolves.toMatchObject({ reverted: [], total: 0 });
      });

      it('is done once though five start at once', async () => {
        await given.migrator().up();
        const runs = Array.from({ length: 5 }, async () =>
          given.migrator().down({ exactly: ['0003_three'] }),
        );
        const ends = await Promise.allSettled(runs);
        expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await given.versions()).toEqual([1, 2]);
        expect(
          (await given.database.journal()).filter((each) => each === 'three reverted'),
        ).toHaveLength(1);
      });
    });

    describe('plan', () => {
      it('shows what would run with its traits, and leaves no trace', async () => {
        given.directory.write({ [given.named('0004_four')]: text.breaking('four') });
        const { migrations, problems } = await given.migrator().plan();
        expect(problems).toEqual([]);
        expect(
          migrations.map(({ file, breaking, reversible }) => [file.fileName, breaking, reversible]),
        ).toEqual([
          [given.named('0001_one'), false, false],
          [given.named('0002_two'), false, true],
          [given.named('0003_three'), false, true],
          [given.named('0004_four'), true, false],
        ]);
        expect(await given.database.journal()).toEqual([]);
        expect(await given.versions()).toEqual([]);
        await given.migrator().up({ to: 3 });
        const rest = await given.migrator().plan();
        expect(rest.migrations.map(({ file }) => file.name)).toEqual(['four']);
      });

      it('names what would keep up from running, and tries nothing then', async () => {
        given.directory.write({ [given.named('0005_five')]: text.writes('five') });
        await expect(given.migrator().plan()).resolves.toMatchObject({
          migrations: [],
          problems: [{ kind: 'gap' }],
        });
      });
    });
  });
}
