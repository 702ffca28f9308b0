import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Notes, WITHOUT } from './notes.js';
import { waitUntil } from './wait-until.js';

describe('a migration without a transaction', () => {
  let notes: Notes;

  beforeEach(async () => {
    notes = await Notes.create();
  });
  afterEach(async () => notes[Symbol.asyncDispose]());

  it('runs what no transaction can hold, and records it as any other', async () => {
    const report = await notes.run({
      '0001_a.sql': `${WITHOUT}-- migrate: breaking
        CREATE INDEX CONCURRENTLY notes_text ON notes (text);
        VACUUM notes;
        INSERT INTO journal (entry) VALUES ('a;b');
        DO $$ BEGIN INSERT INTO journal (entry) VALUES ('c'); COMMIT; END $$;
        REINDEX INDEX CONCURRENTLY notes_text;
        REINDEX (VERBOSE) TABLE CONCURRENTLY notes;
        DROP INDEX CONCURRENTLY notes_text`,
    });
    expect(report.applied).toMatchObject([{ state: 'applied', breaking: true }]);
    expect(report.applied[0]?.progress).toBeUndefined();
    expect(await notes.database.journal()).toEqual(['a;b', 'c']);
    expect(await notes.indexes()).toEqual([]);
  });

  it('goes on at the statement that failed once that is corrected, and repeats none before it', async () => {
    const before = `${WITHOUT}INSERT INTO journal (entry) VALUES ('one');\n`;
    const failing = notes.run({ '0001_a.sql': `${before}SELECT nonsense;\nSELECT 2;` });
    await expect(failing).rejects.toMatchObject({
      failure: { line: 3, column: 8 },
      message: expect.stringMatching(
        /column "nonsense" .*statement 2 of 3; those before it are done/,
      ),
    });
    expect(await notes.ledger()).toMatchObject([
      { state: 'started', progress: { done: 1, attempted: false } },
    ]);
    const next = `INSERT INTO journal (entry) VALUES ('two');\n`;
    await expect(notes.run({ '0001_a.sql': before + next })).resolves.toMatchObject({ total: 1 });
    expect(await notes.database.journal()).toEqual(['one', 'two']);
  });

  it('sets again what statements before had set, when it goes on', async () => {
    const text = (last: string) => `${WITHOUT}CREATE SCHEMA elsewhere;
      SET search_path = elsewhere; CREATE TABLE things (); ${last}`;
    await expect(notes.run({ '0001_a.sql': text('SELECT nonsense') })).rejects.toThrow('nonsense');
    await notes.run({ '0001_a.sql': text('ALTER TABLE things ADD COLUMN a int') });
    expect(await notes.ledger()).toMatchObject([{ state: 'applied' }]);
  });

  it('refuses to go on when a statement that is done was edited', async () => {
    const failing = notes.run({ '0001_a.sql': `${WITHOUT}SELECT 1; SELECT nonsense` });
    await expect(failing).rejects.toThrow('nonsense');
    await expect(notes.run({ '0001_a.sql': `${WITHOUT}SELECT 2; SELECT 3` })).rejects.toMatchObject(
      {
        problems: [{ kind: 'modified_half_way', fileName: '0001_a.sql', done: 1 }],
      },
    );
    await expect(notes.run({ '0001_a.sql': 'SELECT 1; SELECT 3' })).rejects.toMatchObject({
      problems: [{ kind: 'modified_half_way' }],
    });
    await notes.migrator().repair([1], { unfinished: 'clear' });
    await expect(notes.migrator().up()).resolves.toMatchObject({ total: 1 });
  });

  it('writes its ledger as the role it connected with, whatever role the file has set', async () => {
    const role = `migrations_nobody_${process.pid}`;
    await notes.run({
      '0001_a.sql': `${WITHOUT}CREATE ROLE ${role}; SET ROLE ${role}; SELECT 1;
        SELECT set_config('trilith.role', current_user, false);
        DO $$ BEGIN
          IF current_setting('trilith.role') <> '${role}' THEN RAISE 'role was lost'; END IF;
        END $$; RESET ROLE; DROP ROLE ${role}`,
    });
    expect(await notes.ledger()).toMatchObject([{ state: 'applied' }]);
  });

  it('does not take an index for its own that was there before', async () => {
    await notes.sql('CREATE INDEX notes_text ON notes (id)');
    const text = `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);`;
    await expect(notes.run({ '0001_a.sql': text })).rejects.toThrow('already exists');
    await expect(notes.migrator().up()).rejects.toThrow('already exists');
  });

  it('leaves an index that cannot be unique behind, and builds it once it can be', async () => {
    await notes.sql("INSERT INTO notes VALUES (1, '1')");
    const text = `${WITHOUT}CREATE UNIQUE INDEX CONCURRENTLY notes_text ON notes (text);`;
    await expect(notes.run({ '0001_a.sql': text })).rejects.toThrow(
      /could not create unique index/,
    );
    await notes.sql(
      "DELETE FROM notes WHERE ctid IN (SELECT max(ctid) FROM notes WHERE text = '1')",
    );
    await expect(notes.migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await notes.indexes()).toEqual([{ name: 'notes_text', valid: true }]);
  });

  it('gives way after lock_timeout, and goes on where it was', async () => {
    const holder = await notes.openTransaction('LOCK TABLE notes IN ACCESS SHARE MODE');
    const migrating = notes.run(
      {
        '0001_a.sql': `${WITHOUT}INSERT INTO journal (entry) VALUES ('once');
          ALTER TABLE notes ADD COLUMN note text;`,
      },
      { lockTimeoutMs: 100 },
    );
    await waitUntil(() => notes.warnings.length > 1);
    await holder.query('COMMIT');
    await expect(migrating).resolves.toMatchObject({ total: 1 });
    expect(await notes.database.journal()).toEqual(['once']);
    expect(notes.warnings[0]).toMatch(/lock timeout .*statement 2 of 2.*trying again/);
  });

  it('tries a concurrent build again after a lock-timeout that the file chose', async () => {
    const writer = await notes.openTransaction('INSERT INTO notes VALUES (0, NULL)');
    const migrating = notes.run({
      '0001_a.sql': `-- migrate: lock-timeout 100ms\n${WITHOUT}
        CREATE INDEX CONCURRENTLY notes_text ON notes (text);`,
    });
    await waitUntil(() => notes.warnings.some((line) => line.includes('lock timeout')));
    await writer.query('COMMIT');
    await expect(migrating).resolves.toMatchObject({ total: 1 });
    expect(await notes.indexes()).toEqual([{ name: 'notes_text', valid: true }]);
  });

  it('lets a concurrent build wait for a long transaction instead of starting over', async () => {
    const writer = await notes.openTransaction('INSERT INTO notes VALUES (0, NULL)');
    const migrating = notes.run(
      { '0001_a.sql': `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);` },
      { lockTimeoutMs: 50 },
    );
    await notes.whileWaiting('CREATE INDEX');
    const started = performance.now();
    while (performance.now() - started < 300) await notes.database.journal();
    await writer.query('COMMIT');
    await expect(migrating).resolves.toMatchObject({ total: 1 });
    expect(notes.warnings).toEqual([]);
  });

  it('is reverted statement by statement as well, and goes on after a kill', async () => {
    await notes.run({
      '0001_a.sql': `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);
-- migrate: down
INSERT INTO journal (entry) VALUES ('down');
DROP INDEX CONCURRENTLY notes_text;
SELECT FROM gone;`,
    });
    await expect(notes.migrator().down()).rejects.toThrow(/:6:\d+: relation "gone" does not exist/);
    expect(await notes.ledger()).toMatchObject([{ state: 'reverting', progress: { done: 2 } }]);
    await expect(notes.migrator().up()).rejects.toMatchObject({
      problems: [{ kind: 'half_reverted' }],
    });
    await notes.sql('CREATE TABLE gone ()');
    await expect(notes.migrator().down()).resolves.toMatchObject({ total: 0 });
    expect(await notes.ledger()).toEqual([]);
    expect(await notes.database.journal()).toEqual(['down']);
  });
});
