import { describe, expect, it } from '@jest/globals';
import { checksumOf } from '../src/index.js';
import type { StoreUnderTest } from './database.js';
import { StoreFixture } from './store-fixture.js';
import { waitUntil } from './wait-until.js';

/** What each store has to hold when its ledger is settled by hand, and asked for readiness. */
export function conformsToLedgerOperations(kind: StoreUnderTest): void {
  const { text } = kind;

  describe(`operations on the ledger of ${kind.name}`, () => {
    const given = StoreFixture.forEachTest(kind, {
      '0001_one': text.writes('one'),
      '0002_two': text.reversible('two'),
      '0003_three': text.reversible('three'),
    });

    describe('baseline', () => {
      it('records what the store had before, and runs none of it', async () => {
        const report = await given.migrator().baseline(2);
        expect(report.changes).toMatchObject([
          { version: 1, before: undefined, after: { state: 'applied', durationMs: undefined } },
          { version: 2, before: undefined, after: { state: 'applied' } },
        ]);
        expect(await given.database.journal()).toEqual([]);
        await expect(given.migrator().baseline(2)).resolves.toMatchObject({ changes: [] });
        await given.migrator().up();
        expect(await given.database.journal()).toEqual(['three']);
      });

      it('takes only a version that has a file', async () => {
        await expect(given.migrator().baseline(7)).rejects.toThrow('no file has version 0007');
        expect(await given.versions()).toEqual([]);
      });
    });

    describe('repair', () => {
      it('records the checksum of an edited file on purpose, and shows both', async () => {
        await given.migrator().up();
        const edited = text.breaking('other');
        // Under another name too: Jest, unlike Node, never reads a module's text again.
        given.directory.remove(given.named('0002_two'));
        given.directory.write({ [given.named('0002_edited')]: edited });
        await expect(given.migrator().up()).rejects.toMatchObject({
          problems: [{ kind: 'modified' }],
        });
        const { changes } = await given.migrator().repair([2]);
        expect(changes).toMatchObject([
          {
            version: 2,
            before: { checksum: checksumOf(text.reversible('two')), breaking: false },
            after: { checksum: checksumOf(edited), breaking: true, state: 'applied' },
          },
        ]);
        await expect(given.migrator().up()).resolves.toMatchObject({ applied: [], total: 3 });
        await expect(given.migrator().repair([2])).resolves.toMatchObject({ changes: [] });
      });

      it('settles nothing that is not there', async () => {
        await expect(given.migrator().repair([1])).rejects.toThrow('0001_one was never applied');
        await expect(given.migrator().repair([9])).rejects.toThrow('no file has version 0009');
      });
    });

    describe('readiness', () => {
      it('is refused while the store is behind, and names what it misses', async () => {
        await given.migrator().up({ to: 1 });
        const subject = given.migrator();
        await expect(subject.assertUpToDate()).rejects.toMatchObject({
          code: 'STORE_BEHIND',
          missing: ['0002_two', '0003_three'],
        });
        await given.migrator().up();
        await expect(subject.assertUpToDate()).resolves.toBeUndefined();
      });

      it('is refused by a breaking migration that is not known here, and by no other', async () => {
        const older = given.migrator();
        await given.migrator().up();
        await older.assertUpToDate();
        given.directory.write({ [given.named('0004_four')]: text.writes('four') });
        await given.migrator().up();
        await expect(older.assertUpToDate()).resolves.toBeUndefined();
        given.directory.write({ [given.named('0005_five')]: text.breaking('five') });
        await given.migrator().up();
        await expect(older.assertUpToDate()).rejects.toMatchObject({
          code: 'STORE_AHEAD',
          breaking: ['0005_five'],
          message: expect.stringContaining('0005_five is unknown here'),
        });
        await expect(given.migrator().assertUpToDate()).resolves.toBeUndefined();
      });
    });

    it('waits for a runner that is at work', async () => {
      given.directory.write({ [given.named('0001_one')]: text.waitsForGate('one') });
      const working = given.migrator().up({ to: 1 });
      await waitUntil(async () => (await given.database.open().lockHolder()) !== undefined);
      const baseline = given.migrator().baseline(2);
      await expect(given.migrator({ lockWaitMs: 1 }).baseline(2)).rejects.toMatchObject({
        code: 'MIGRATION_LOCK_TIMEOUT',
      });
      await given.database.openGate();
      await working;
      await expect(baseline).resolves.toMatchObject({ changes: [{ version: 2 }] });
    });
  });
}
