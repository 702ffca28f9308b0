import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Migrator } from '../src/index.js';
import { CommandLine } from './command-line.js';
import type { StoreTimeouts, TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createPostgres, sql } from './postgres-under-test.js';
import { waitUntil } from './wait-until.js';

const WITHOUT = '-- migrate: no-transaction\n';
/** A statement that goes on only when the gate is open. */
const GATE = `DO $$ BEGIN
  WHILE NOT EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.05); END LOOP;
END $$;\n`;

describe('a migration without a transaction', () => {
  let database: TestDatabase;
  let directory: TestDirectory;
  const warnings: string[] = [];
  const clients: pg.Client[] = [];

  beforeEach(async () => {
    database = await createPostgres();
    directory = new TestDirectory();
    warnings.splice(0);
    mkdirSync(directory.file('postgres'));
    await sql(database.url, 'CREATE TABLE notes (id int, text text)');
    await sql(database.url, 'INSERT INTO notes SELECT n, n::text FROM generate_series(1, 1000) n');
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map(async (client) => client.end()));
    directory[Symbol.dispose]();
    await database.drop();
  });

  const migrator = (timeouts: StoreTimeouts = {}) =>
    new Migrator({
      store: database.open(timeouts),
      directory: directory.file('postgres'),
      logger: { info: () => undefined, warn: (line) => warnings.push(line) },
    });
  const write = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join(directory.file('postgres'), name), text);
    }
  };
  const run = async (files: Record<string, string>, timeouts: StoreTimeouts = {}) => {
    write(files);
    return migrator(timeouts).up();
  };
  const ledger = async () => database.open().readLedger();
  const indexes = async () =>
    sql<{ name: string; valid: boolean }>(
      database.url,
      `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index
       WHERE indrelid::regclass::text NOT LIKE 'pg_%' AND NOT indisprimary ORDER BY 1`,
    );
  /** A transaction of the application, which statements that work concurrently wait for. */
  const openTransaction = async (text: string) => {
    const client = new pg.Client({ connectionString: database.url });
    clients.push(client);
    await client.connect();
    await client.query(`BEGIN; ${text}`);
    return client;
  };
  const whileRunning = async (text: string) =>
    waitUntil(async () => {
      const rows = await sql(
        database.url,
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'active'
           AND pid <> pg_backend_pid() AND query LIKE '${text}%' AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
  /** The command line in a process of its own, killed in the midst of a statement. */
  const killWhileRunning = async (text: string) => {
    const cli = new CommandLine(['up', '--directory', directory.path], {
      DATABASE_URL: database.url,
    });
    await whileRunning(text);
    cli.process.kill('SIGKILL');
    await cli.ended;
    // The server has seen it too.
    await waitUntil(async () => {
      const rows = await sql(
        database.url,
        `SELECT FROM pg_stat_activity WHERE datname = current_database()
           AND application_name = 'trilith-migrations'`,
      );
      return rows.length === 0;
    });
  };

  it('runs what no transaction can hold, and records it as any other', async () => {
    const report = await run({
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
    expect(await database.journal()).toEqual(['a;b', 'c']);
    expect(await indexes()).toEqual([]);
  });

  it('goes on at the statement that failed once that is corrected, and repeats none before it', async () => {
    const before = `${WITHOUT}INSERT INTO journal (entry) VALUES ('one');\n`;
    const failing = run({ '0001_a.sql': `${before}SELECT nonsense;\nSELECT 2;` });
    await expect(failing).rejects.toMatchObject({
      failure: { line: 3, column: 8 },
      message: expect.stringMatching(/column "nonsense" .*statement 2 of 3; those before it are done/),
    });
    expect(await ledger()).toMatchObject([
      { state: 'started', progress: { done: 1, attempted: false } },
    ]);
    const next = `INSERT INTO journal (entry) VALUES ('two');\n`;
    await expect(run({ '0001_a.sql': before + next })).resolves.toMatchObject({ total: 1 });
    expect(await database.journal()).toEqual(['one', 'two']);
  });

  it('sets again what statements before had set, when it goes on', async () => {
    const text = (last: string) => `${WITHOUT}CREATE SCHEMA elsewhere;
      SET search_path = elsewhere; CREATE TABLE things (); ${last}`;
    await expect(run({ '0001_a.sql': text('SELECT nonsense') })).rejects.toThrow('nonsense');
    await run({ '0001_a.sql': text('ALTER TABLE things ADD COLUMN a int') });
    expect(await ledger()).toMatchObject([{ state: 'applied' }]);
  });

  it('refuses to go on when a statement that is done was edited', async () => {
    const failing = run({ '0001_a.sql': `${WITHOUT}SELECT 1; SELECT nonsense` });
    await expect(failing).rejects.toThrow('nonsense');
    await expect(run({ '0001_a.sql': `${WITHOUT}SELECT 2; SELECT 3` })).rejects.toMatchObject({
      problems: [{ kind: 'modified_half_way', fileName: '0001_a.sql', done: 1 }],
    });
    await expect(run({ '0001_a.sql': 'SELECT 1; SELECT 3' })).rejects.toMatchObject({
      problems: [{ kind: 'modified_half_way' }],
    });
    await migrator().repair([1], { unfinished: 'clear' });
    await expect(migrator().up()).resolves.toMatchObject({ total: 1 });
  });

  it('writes its ledger as the role it connected with, whatever role the file has set', async () => {
    const role = `migrations_nobody_${process.pid}`;
    await run({
      '0001_a.sql': `${WITHOUT}CREATE ROLE ${role}; SET ROLE ${role}; SELECT 1;
        SELECT set_config('trilith.role', current_user, false);
        DO $$ BEGIN
          IF current_setting('trilith.role') <> '${role}' THEN RAISE 'role was lost'; END IF;
        END $$; RESET ROLE; DROP ROLE ${role}`,
    });
    expect(await ledger()).toMatchObject([{ state: 'applied' }]);
  });

  it('drops the invalid index that a killed runner left, and builds it again', async () => {
    write({
      '0001_a.sql': `${WITHOUT}INSERT INTO journal (entry) VALUES ('before');
        CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Notes;Text" ON public.notes (text);
        INSERT INTO journal (entry) VALUES ('after');`,
    });
    const reader = await openTransaction('SELECT FROM notes');
    await reader.query('INSERT INTO notes VALUES (0, NULL)');
    await killWhileRunning('CREATE UNIQUE INDEX');
    expect(await indexes()).toEqual([{ name: '"Notes;Text"', valid: false }]);
    expect(await ledger()).toMatchObject([
      { state: 'started', progress: { done: 1, attempted: true } },
    ]);
    await reader.query('COMMIT');
    await expect(migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await indexes()).toEqual([{ name: '"Notes;Text"', valid: true }]);
    expect(await database.journal()).toEqual(['before', 'after']);
    expect(warnings).toEqual([expect.stringMatching(/"Notes;Text" was left invalid; dropping/)]);
  });

  it('clears what a killed REINDEX left behind, and does it again', async () => {
    await sql(database.url, 'CREATE INDEX notes_text ON notes (text)');
    write({ '0001_a.sql': `${WITHOUT}REINDEX TABLE CONCURRENTLY notes;` });
    const writer = await openTransaction('INSERT INTO notes VALUES (0, NULL)');
    await killWhileRunning('REINDEX TABLE');
    const left = await indexes();
    expect(left).toContainEqual({ name: expect.stringMatching(/_ccnew$/), valid: false });
    await writer.query('COMMIT');
    await migrator().up();
    expect(await indexes()).toEqual([{ name: 'notes_text', valid: true }]);
  });

  it('finalises the detachment that a killed runner left half-way', async () => {
    await sql(
      database.url,
      `CREATE TABLE events (at int) PARTITION BY RANGE (at);
       CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (2);`,
    );
    write({
      '0001_a.sql': `${WITHOUT}ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;
        DROP TABLE events_1;`,
    });
    const reader = await openTransaction('SELECT FROM events');
    await killWhileRunning('ALTER TABLE');
    const pending = await sql(database.url, 'SELECT inhdetachpending AS pending FROM pg_inherits');
    expect(pending).toEqual([{ pending: true }]);
    await reader.query('COMMIT');
    await expect(migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await sql(database.url, 'SELECT FROM pg_inherits')).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('left half detached; finalising')]);
  });

  it('takes a statement for done that was, though its runner was killed before it could say so', async () => {
    write({ '0001_a.sql': `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);` });
    const reader = await openTransaction('INSERT INTO notes VALUES (0, NULL)');
    await killWhileRunning('CREATE INDEX');
    await reader.query('COMMIT');
    await sql(database.url, 'DROP INDEX notes_text');
    await sql(database.url, 'CREATE INDEX notes_text ON notes (text)');
    await expect(migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(warnings).toEqual([]);
  });

  it('does not take an index for its own that was there before', async () => {
    await sql(database.url, 'CREATE INDEX notes_text ON notes (id)');
    const text = `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);`;
    await expect(run({ '0001_a.sql': text })).rejects.toThrow('already exists');
    await expect(migrator().up()).rejects.toThrow('already exists');
  });

  it('leaves an index that cannot be unique behind, and builds it once it can be', async () => {
    await sql(database.url, "INSERT INTO notes VALUES (1, '1')");
    const text = `${WITHOUT}CREATE UNIQUE INDEX CONCURRENTLY notes_text ON notes (text);`;
    await expect(run({ '0001_a.sql': text })).rejects.toThrow(/could not create unique index/);
    await sql(database.url, "DELETE FROM notes WHERE ctid IN (SELECT max(ctid) FROM notes WHERE text = '1')");
    await expect(migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await indexes()).toEqual([{ name: 'notes_text', valid: true }]);
  });

  it('gives way after lock_timeout, and goes on where it was', async () => {
    const holder = await openTransaction('LOCK TABLE notes IN ACCESS SHARE MODE');
    const migrating = run(
      {
        '0001_a.sql': `${WITHOUT}INSERT INTO journal (entry) VALUES ('once');
          ALTER TABLE notes ADD COLUMN note text;`,
      },
      { lockTimeoutMs: 100 },
    );
    await waitUntil(() => warnings.length > 1);
    await holder.query('COMMIT');
    await expect(migrating).resolves.toMatchObject({ total: 1 });
    expect(await database.journal()).toEqual(['once']);
    expect(warnings[0]).toMatch(/lock timeout .*statement 2 of 2.*trying again/);
  });

  it('tries a concurrent build again after a lock-timeout that the file chose', async () => {
    const writer = await openTransaction('INSERT INTO notes VALUES (0, NULL)');
    const migrating = run({
      '0001_a.sql': `-- migrate: lock-timeout 100ms\n${WITHOUT}
        CREATE INDEX CONCURRENTLY notes_text ON notes (text);`,
    });
    await waitUntil(() => warnings.some((line) => line.includes('lock timeout')));
    await writer.query('COMMIT');
    await expect(migrating).resolves.toMatchObject({ total: 1 });
    expect(await indexes()).toEqual([{ name: 'notes_text', valid: true }]);
  });

  it('lets a concurrent build wait for a long transaction instead of starting over', async () => {
    const writer = await openTransaction('INSERT INTO notes VALUES (0, NULL)');
    const migrating = run(
      { '0001_a.sql': `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);` },
      { lockTimeoutMs: 50 },
    );
    await whileRunning('CREATE INDEX');
    const started = performance.now();
    while (performance.now() - started < 300) await database.journal();
    await writer.query('COMMIT');
    await expect(migrating).resolves.toMatchObject({ total: 1 });
    expect(warnings).toEqual([]);
  });

  it('is applied once by ten runners that start at once, and none is in the way of its build', async () => {
    write({
      '0001_a.sql': `INSERT INTO journal (entry) VALUES ('a');`,
      '0002_b.sql': `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);
        ${GATE} INSERT INTO journal (entry) VALUES ('b');`,
      '0003_c.sql': `${WITHOUT}DROP INDEX CONCURRENTLY notes_text;
        CREATE INDEX CONCURRENTLY notes_id ON notes (id);`,
    });
    const runners = Array.from({ length: 10 }, async () => migrator().up());
    // All others wait for the lock while the index is built and the gate is shut.
    await waitUntil(async () => (await indexes()).some(({ valid }) => valid));
    await database.openGate();
    const reports = await Promise.all(runners);
    expect(reports.map(({ applied }) => applied.length).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 9 }, () => 0),
      3,
    ]);
    expect(await database.journal()).toEqual(['a', 'b']);
    expect(await indexes()).toEqual([{ name: 'notes_id', valid: true }]);
    const deadlocks = await sql<{ deadlocks: string }>(
      database.url,
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    expect(deadlocks).toEqual([{ deadlocks: '0' }]);
    expect(warnings).toEqual([]);
  });

  it('would deadlock if the others blocked in the lock: what polling avoids is real', async () => {
    const [holder, blocked] = [await openTransaction('SELECT 1'), await openTransaction('SELECT 1')];
    await holder.query('COMMIT; SELECT pg_advisory_lock(1)');
    await blocked.query('COMMIT');
    const blocking = blocked.query('SELECT pg_advisory_lock(1)');
    blocking.catch(() => undefined);
    await whileRunning('SELECT pg_advisory_lock');
    const building = holder.query('CREATE INDEX CONCURRENTLY notes_text ON notes (text)');
    await expect(Promise.all([building, blocking])).rejects.toThrow('deadlock detected');
  });

  it('stops on a signal in the midst of a statement, and the next run goes on', async () => {
    write({ '0001_a.sql': `${WITHOUT}INSERT INTO journal (entry) VALUES ('a'); ${GATE}` });
    const stop = new AbortController();
    const migrating = migrator().up({ signal: stop.signal });
    migrating.catch(() => undefined);
    await waitUntil(async () => (await database.journal()).length === 1);
    stop.abort();
    await expect(migrating).rejects.toMatchObject({ code: 'MIGRATION_ABORTED' });
    await database.openGate();
    await expect(migrator().up()).resolves.toMatchObject({ total: 1 });
    expect(await database.journal()).toEqual(['a']);
  });

  it('is reverted statement by statement as well, and goes on after a kill', async () => {
    await run({
      '0001_a.sql': `${WITHOUT}CREATE INDEX CONCURRENTLY notes_text ON notes (text);
-- migrate: down
INSERT INTO journal (entry) VALUES ('down');
DROP INDEX CONCURRENTLY notes_text;
SELECT FROM gone;`,
    });
    await expect(migrator().down()).rejects.toThrow(/:6:\d+: relation "gone" does not exist/);
    expect(await ledger()).toMatchObject([{ state: 'reverting', progress: { done: 2 } }]);
    await expect(migrator().up()).rejects.toMatchObject({ problems: [{ kind: 'half_reverted' }] });
    await sql(database.url, 'CREATE TABLE gone ()');
    await expect(migrator().down()).resolves.toMatchObject({ total: 0 });
    expect(await ledger()).toEqual([]);
    expect(await database.journal()).toEqual(['down']);
  });
});
