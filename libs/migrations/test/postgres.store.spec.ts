import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Migrator, postgresMigrationStore } from '../src/index.js';
import type { StoreTimeouts, TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createPostgres, sql } from './postgres-under-test.js';
import { waitUntil } from './wait-until.js';

describe('postgresMigrationStore', () => {
  let database: TestDatabase;
  let directory: TestDirectory;

  beforeEach(async () => {
    database = await createPostgres();
    directory = new TestDirectory();
  });
  afterEach(async () => {
    directory[Symbol.dispose]();
    await database.drop();
  });

  const run = async (files: Record<string, string>, timeouts: StoreTimeouts = {}) => {
    directory.write(files);
    return new Migrator({ store: database.open(timeouts), directory: directory.path }).up();
  };
  const tables = async () => {
    const rows = await sql<{ name: string }>(
      database.url,
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
         AND tablename NOT IN ('journal', 'gate') ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };
  const versions = async () => (await database.open().readLedger()).map(({ version }) => version);

  it('rolls a failed migration back as a whole, and names file, line and column', async () => {
    const failing = run({
      '0001_good.sql': 'CREATE TABLE good ();',
      '0002_bad.sql':
        "-- Änderung 🙂\nCREATE TABLE half ();\nINSERT INTO journal (entry) VALUES ('half');\nSELECT '🙂', nonsense FROM half;",
    });
    await expect(failing).rejects.toMatchObject({
      message: 'postgres: 0002_bad.sql:4:13: column "nonsense" does not exist',
      failure: { line: 4, column: 13 },
    });
    expect(await tables()).toEqual(['public.good', 'public.schema_migrations']);
    expect(await versions()).toEqual([1]);
    expect(await database.journal()).toEqual([]);
  });

  it("adds PostgreSQL's detail and hint", async () => {
    const failing = run({
      '0001_a.sql': 'CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (7), (7);',
    });
    await expect(failing).rejects.toThrow('(Key (id)=(7) already exists.)');
    const other = run({ '0001_a.sql': "SELECT 'a' || 1 + date '2026-01-01' + 'b';" });
    await expect(other).rejects.toThrow('(hint: ');
  });

  it('rolls back what fails at the commit', async () => {
    const failing = run({
      '0001_a.sql': `CREATE TABLE a (id int PRIMARY KEY, other int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO a VALUES (1, 2);`,
    });
    await expect(failing).rejects.toThrow(/0001_a\.sql: .*violates foreign key constraint/);
    expect(await versions()).toEqual([]);
  });

  it('refuses a file that controls its transaction before it runs any other', async () => {
    const refused = run({
      '0001_a.sql': 'CREATE TABLE a ();',
      '0002_b.sql': 'BEGIN; CREATE TABLE b (); COMMIT;',
    });
    await expect(refused).rejects.toThrow(
      '0002_b.sql: "BEGIN" controls the transaction; each file runs in one already',
    );
    expect(await tables()).toEqual([]);
  });

  it('says why CREATE INDEX CONCURRENTLY does not work', async () => {
    const failing = run({ '0001_a.sql': 'CREATE INDEX CONCURRENTLY ON journal (entry)' });
    await expect(failing).rejects.toThrow(
      /cannot run inside a transaction block \(hint: put "-- migrate: no-transaction" into/,
    );
  });

  it('does not wait for data that COPY would read', async () => {
    const refused = run({ '0001_a.sql': 'COPY journal (entry) FROM STDIN;' });
    await expect(refused).rejects.toThrow(/"COPY journal .*" reads or writes data outside/);
    expect(await versions()).toEqual([]);
  });

  it('keeps what one file sets on the session from the next file and from the ledger', async () => {
    const role = `migrations_nobody_${process.pid}`;
    await run({
      '0001_a.sql': `CREATE SCHEMA elsewhere; CREATE ROLE ${role};
        SELECT set_config('search_path', '', false);
        SET statement_timeout = '1s'; SET ROLE ${role};`,
      '0002_b.sql': 'CREATE TABLE b (); SELECT pg_sleep(1.5);',
      '0003_c.sql': 'SET search_path = elsewhere; CREATE TABLE c ();',
      '0004_d.sql': `CREATE TABLE d (); DROP ROLE ${role};`,
    });
    expect(await tables()).toEqual([
      'elsewhere.c',
      'public.b',
      'public.d',
      'public.schema_migrations',
    ]);
    expect(await versions()).toEqual([1, 2, 3, 4]);
  });

  it('finds its ledger again after a migration made a schema that comes first', async () => {
    await run({ '0001_a.sql': 'CREATE SCHEMA AUTHORIZATION CURRENT_USER;' });
    await run({ '0002_b.sql': 'SELECT 1;' });
    expect(await versions()).toEqual([1, 2]);
    expect(await tables()).toEqual(['public.schema_migrations']);
  });

  it('tries again after lock_timeout, so that traffic on the table runs in between', async () => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE journal IN ACCESS SHARE MODE');
    const warnings: string[] = [];
    directory.write({ '0001_a.sql': 'ALTER TABLE journal ADD COLUMN note text;' });
    const migrating = new Migrator({
      store: database.open({ lockTimeoutMs: 100 }),
      directory: directory.path,
      logger: { info: () => undefined, warn: (message) => warnings.push(message) },
    }).up();
    await waitUntil(() => warnings.length > 0);
    // A reader would queue behind the waiting ALTER TABLE for as long as that waits.
    await database.journal();
    await holder.query('COMMIT');
    await holder.end();
    await expect(migrating).resolves.toMatchObject({ total: 1 });
    expect(warnings[0]).toMatch(
      /0001_a\.sql: canceling statement due to lock timeout .*trying again/,
    );
  });

  it('gives up when the lock does not come, and leaves nothing behind', async () => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE journal IN ACCESS SHARE MODE');
    const failing = run(
      { '0001_a.sql': 'CREATE TABLE a (); ALTER TABLE journal ADD COLUMN note text;' },
      { lockTimeoutMs: 50, lockRetryMs: 100 },
    );
    await expect(failing).rejects.toThrow('another transaction holds the lock');
    await holder.end();
    expect(await tables()).toEqual(['public.schema_migrations']);
  });

  it('ends a statement that takes longer than it may, unless its file allows more', async () => {
    const timeouts = { statementTimeoutMs: 150 };
    await run(
      { '0001_a.sql': "SET LOCAL statement_timeout = '1min'; SELECT pg_sleep(0.3);" },
      timeouts,
    );
    const failing = run({ '0002_b.sql': 'SELECT pg_sleep(60);' }, timeouts);
    await expect(failing).rejects.toThrow(
      /statement timeout \(hint: .*-- migrate: statement-timeout 1h/,
    );
  });

  it('says that the connection broke, and starts anew with the next run', async () => {
    const failing = run({
      '0001_a.sql': 'CREATE TABLE a (); SELECT pg_terminate_backend(pg_backend_pid());',
    });
    await expect(failing).rejects.toThrow(/0001_a\.sql: .*terminat/);
    await expect(run({ '0001_a.sql': 'CREATE TABLE a ();' })).resolves.toMatchObject({ total: 1 });
  });

  it('stops a running statement on a signal', async () => {
    directory.write({ '0001_a.sql': 'CREATE TABLE a (); SELECT pg_sleep(600);' });
    const stop = new AbortController();
    const store = database.open();
    const migrating = new Migrator({ store, directory: directory.path }).up({
      signal: stop.signal,
    });
    migrating.catch(() => undefined);
    await waitUntil(async () => {
      const running = await sql(
        database.url,
        `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`,
      );
      return running.length > 0;
    });
    stop.abort();
    await expect(migrating).rejects.toMatchObject({ code: 'MIGRATION_ABORTED' });
    // Its lock is free as soon as the server has seen that nobody is there any more.
    await expect(run({ '0001_a.sql': 'CREATE TABLE b ();' })).resolves.toMatchObject({ total: 1 });
    expect(await tables()).toEqual(['public.b', 'public.schema_migrations']);
  });

  it('works on a pool of the application without leaving a trace on its connections', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    directory.write({ '0001_a.sql': "SET search_path = ''; SET TIME ZONE 'Asia/Tokyo';" });
    const migrator = new Migrator({
      store: postgresMigrationStore({ pool }),
      directory: directory.path,
    });
    await expect(migrator.up()).resolves.toMatchObject({ total: 1 });
    await expect(migrator.up()).resolves.toMatchObject({ applied: [] });
    await migrator.close();
    const { rows } = await pool.query<Record<string, string>>(
      `SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone,
              current_setting('idle_session_timeout') AS idle`,
    );
    expect(rows[0]).toMatchObject({ path: '"$user", public', idle: '0' });
    expect(rows[0]?.['zone']).not.toBe('Asia/Tokyo');
    await pool.end();
  });

  it('gives up on a pool that has no connection to give', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const taken = await pool.connect();
    const migrator = new Migrator({
      store: postgresMigrationStore({ pool, connectTimeoutMs: 100 }),
      directory: directory.path,
    });
    directory.write({ '0001_a.sql': 'SELECT 1;' });
    await expect(migrator.up()).rejects.toThrow('no connection within 100 ms');
    taken.release();
    await expect(migrator.up()).resolves.toMatchObject({ total: 1 });
    await pool.end();
  });

  it('says what it may not do in the database', async () => {
    const role = `migrations_reader_${process.pid}`;
    await sql(database.url, `CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'x'];
    await using migrator = new Migrator({
      store: postgresMigrationStore({ url: url.href }),
      directory: directory.path,
    });
    directory.write({ '0001_a.sql': 'SELECT 1;' });
    await expect(migrator.up()).rejects.toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringMatching(/permission denied for schema public$/),
    });
    await migrator.close();
    await sql(database.url, `DROP ROLE ${role}`);
  });
});
