import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Migrator } from '../src/index.js';
import type { TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createPostgres, sql } from './postgres-under-test.js';

describe('a PostgreSQL file and its ledger in one round trip', () => {
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

  const run = async (files: Record<string, string>) => {
    directory.write(files);
    return new Migrator({ store: database.open(), directory: directory.path }).up();
  };

  it.each(['', '-- migrate: no-transaction\n'])(
    'has the server read a file as ever, whatever the one before it (%j) set for that',
    async (header) => {
      await run({
        '0001_a.sql': `${header}SET standard_conforming_strings = off; SET client_encoding = 'LATIN1';`,
        '0002_b.sql': String.raw`INSERT INTO journal (entry) VALUES ('\'), ('Ä');`,
      });
      expect(await database.journal()).toEqual(['\\', 'Ä']);
    },
  );

  it('names no place in the file for what its ledger refuses', async () => {
    await run({ '0001_a.sql': 'SELECT 1;' });
    await sql(database.url, 'ALTER TABLE schema_migrations RENAME COLUMN executed_by TO who');
    const failing = run({ '0002_b.sql': 'CREATE TABLE b ();' });
    await expect(failing).rejects.toMatchObject({
      message: expect.stringMatching(/^postgres: 0002_b\.sql: column "executed_by" .* not exist/),
    });
    expect(await sql(database.url, `SELECT FROM pg_tables WHERE tablename = 'b'`)).toEqual([]);
  });

  it('says that a file breaks off, and where', async () => {
    const open = run({ '0001_a.sql': "CREATE TABLE a ();\nSELECT 'a" });
    await expect(open).rejects.toThrow('0001_a.sql:2:8: unterminated quoted string');
    const halved = run({ '0001_a.sql': 'CREATE TABLE a (\n  id int' });
    await expect(halved).rejects.toThrow('0001_a.sql:2:9: syntax error at end of input');
    await expect(run({ '0001_a.sql': 'SELECT 1 -- one' })).resolves.toMatchObject({ total: 1 });
  });

  it('shows in the server which file runs', async () => {
    await run({
      '0001_a.sql': `INSERT INTO journal (entry)
        SELECT split_part(query, '*', 2) FROM pg_stat_activity WHERE pid = pg_backend_pid();`,
    });
    expect(await database.journal()).toEqual([' 0001_a.sql ']);
  });
});
