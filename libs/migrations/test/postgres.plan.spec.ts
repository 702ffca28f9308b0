import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Migrator, postgresMigrationStore } from '../src/index.js';
import type { TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createPostgres, sql } from './postgres-under-test.js';

describe('a plan on PostgreSQL', () => {
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

  const plan = async (files: Record<string, string>, rehearsalTimeoutMs?: number) => {
    directory.write(files);
    const store = postgresMigrationStore({ url: database.url, rehearsalTimeoutMs });
    await using migrator = new Migrator({ store, directory: directory.path });
    const { migrations } = await migrator.plan();
    return migrations.map(({ rehearsal }) => rehearsal);
  };
  const relations = async () => {
    const rows = await sql<{ name: string }>(
      database.url,
      "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    );
    return rows.map(({ name }) => name).toSorted();
  };

  it('tries files on what those before them made, and takes all of it back', async () => {
    const results = await plan({
      '0001_a.sql': 'CREATE TABLE a (id int);',
      '0002_b.sql': 'ALTER TABLE a ADD COLUMN b int; INSERT INTO a VALUES (1, 2);',
    });
    expect(results).toMatchObject([{ outcome: 'tried' }, { outcome: 'tried' }]);
    expect(await relations()).toEqual(['gate', 'journal']);
  });

  it('finds what would fail, where it is, and tries nothing after it', async () => {
    const results = await plan({
      '0001_a.sql': 'CREATE TABLE a (id int);',
      '0002_b.sql': 'SELECT 1;\nSELECT b FROM a;',
      '0003_c.sql': 'SELECT 1;',
    });
    expect(results).toMatchObject([
      { outcome: 'tried' },
      { outcome: 'failed', reason: expect.stringContaining('0002_b.sql:2:8: column "b" does not') },
      { outcome: 'shown', reason: 'needs 0002_b.sql before it' },
    ]);
    expect(await relations()).toEqual(['gate', 'journal']);
  });

  it('finds what would fail at the commit alone', async () => {
    const results = await plan({
      '0001_a.sql': `CREATE TABLE a (id int PRIMARY KEY, other int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO a VALUES (1, 2);`,
    });
    expect(results).toMatchObject([
      { outcome: 'failed', reason: expect.stringContaining('violates foreign key') },
    ]);
  });

  it('only shows what runs outside of a transaction, and what comes after that', async () => {
    const results = await plan({
      '0001_a.sql': 'CREATE TABLE a (id int);',
      '0002_b.sql': '-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY b ON a (id);',
      '0003_c.sql': 'DROP INDEX b;',
    });
    expect(results.map((each) => each?.outcome)).toEqual(['tried', 'shown', 'shown']);
  });

  it('holds its locks no longer than it may', async () => {
    const results = await plan({ '0001_a.sql': 'LOCK TABLE journal; SELECT pg_sleep(600);' }, 300);
    expect(results).toMatchObject([{ outcome: 'failed' }]);
    await sql(database.url, 'SELECT FROM journal');
  });

  it("tries nothing when it isn't asked to", async () => {
    directory.write({ '0001_a.sql': 'SELECT nonsense;' });
    const migrator = new Migrator({ store: database.open(), directory: directory.path });
    await expect(migrator.plan({ tryOut: false })).resolves.toMatchObject({
      migrations: [{ rehearsal: undefined }],
    });
  });
});

describe("postgresMigrationStore on the application's connections", () => {
  let database: TestDatabase;
  let directory: TestDirectory;

  beforeEach(async () => {
    database = await createPostgres();
    directory = new TestDirectory({ '0001_a.sql': "INSERT INTO journal (entry) VALUES ('a');" });
  });
  afterEach(async () => {
    directory[Symbol.dispose]();
    await database.drop();
  });

  it('works on a data source of TypeORM and leaves it open', async () => {
    const dataSource = new DataSource({ type: 'postgres', url: database.url });
    expect(() => postgresMigrationStore({ dataSource })).toThrow(/initialised data source/);
    await dataSource.initialize();
    const store = postgresMigrationStore({ dataSource });
    await using migrator = new Migrator({ store, directory: directory.path });
    await expect(migrator.up()).resolves.toMatchObject({ total: 1 });
    await migrator.close();
    await expect(dataSource.query('SELECT entry FROM journal')).resolves.toEqual([{ entry: 'a' }]);
    await dataSource.destroy();
  });

  it('answers readiness on a pool of one connection that is busy now and then', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const store = postgresMigrationStore({ pool });
    const migrator = new Migrator({ store, directory: directory.path });
    await expect(migrator.assertUpToDate()).rejects.toMatchObject({ code: 'STORE_BEHIND' });
    await migrator.up();
    const checks = Array.from({ length: 20 }, async () => migrator.assertUpToDate());
    await expect(Promise.all([...checks, pool.query('SELECT 1')])).resolves.toHaveLength(21);
    await pool.end();
  });
});
