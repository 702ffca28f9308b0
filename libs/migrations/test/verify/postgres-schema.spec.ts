import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestDatabase } from '../database.js';
import { createPostgres, sql } from '../postgres-under-test.js';

const everything = readFileSync(path.join(import.meta.dirname, 'everything.sql'), 'utf8');

describe("the schema read from PostgreSQL's catalogs", () => {
  const databases: TestDatabase[] = [];
  let first: TestDatabase;
  let second: TestDatabase;

  beforeEach(async () => {
    first = await empty();
    second = await empty();
  });
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });

  async function empty(): Promise<TestDatabase> {
    const database = await createPostgres();
    databases.push(database);
    await sql(database.url, 'DROP TABLE journal, gate');
    return database;
  }
  const schemaOf = async (database: TestDatabase, ...ignore: string[]) =>
    database.open().describeSchema({ ignore });

  it('makes the same schema again when it is run, whatever kind of object is in it', async () => {
    await sql(first.url, everything);
    const schema = await schemaOf(first);
    await sql(second.url, schema);
    expect(await schemaOf(second)).toBe(schema);
    for (const line of [
      'CREATE DOMAIN email AS text COLLATE "C" DEFAULT \'a@b\'::text NOT NULL',
      'id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT BY 10 START WITH 1000) NOT NULL,',
      'folded_name text GENERATED ALWAYS AS (folded(("Name")::text)) STORED,',
      'WITH (autovacuum_enabled=false, fillfactor=80, toast.autovacuum_enabled=false);',
      'ALTER SEQUENCE people_number_seq OWNED BY people.number;',
      'PARTITION BY RANGE (at);',
      'ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;',
      'CREATE INDEX events_at ON reports.events USING btree (at);',
      'ALTER TABLE dogs DISABLE TRIGGER barks;',
      "COMMENT ON CONSTRAINT later on public.people IS 'One day';",
    ]) {
      expect(schema).toContain(line);
    }
  });

  it('does not depend on the order in which things were made, nor on the search path', async () => {
    const parts = [
      'CREATE TABLE b (id int PRIMARY KEY);',
      "CREATE TABLE a (id int PRIMARY KEY, x int, at timestamptz DEFAULT '2026-01-01 00:00Z');",
      "CREATE FUNCTION z() RETURNS int LANGUAGE sql RETURN 1; COMMENT ON FUNCTION z() IS 'z';",
      'CREATE INDEX a_x ON a (x);',
    ];
    await sql(first.url, parts.join('\n'));
    const [b = '', a = '', z = '', index = ''] = parts;
    await sql(second.url, `SET search_path = public, pg_catalog; ${[z, a, index, b].join('\n')}`);
    await sql(
      second.url,
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = pg_catalog', current_database());
        EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Tokyo''', current_database()); END $$`,
    );
    expect(await schemaOf(second)).toBe(await schemaOf(first));
  });

  it.each([
    ['a column', 'ALTER TABLE t ADD COLUMN c int'],
    ['its type', 'ALTER TABLE t ALTER a TYPE bigint'],
    ['a default', 'ALTER TABLE t ALTER a SET DEFAULT 2'],
    ['NOT NULL', 'ALTER TABLE t ALTER a SET NOT NULL'],
    ['a constraint that is not valid', 'ALTER TABLE t ADD CHECK (a > 0) NOT VALID'],
    ['an index', 'CREATE INDEX ON t (a)'],
    ['a storage parameter', 'ALTER TABLE t SET (fillfactor = 90)'],
    ['a comment', "COMMENT ON COLUMN t.a IS 'a'"],
    ['the body of a function', 'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql RETURN 2'],
    ['a value of an enum', "ALTER TYPE e ADD VALUE 'y' BEFORE 'x'"],
    ['an extension', 'CREATE EXTENSION citext'],
    ['an aggregate, by its name', 'CREATE AGGREGATE g(int) (sfunc = int4pl, stype = int)'],
  ])('shows %s', async (_what, change) => {
    const made = `CREATE TABLE t (a int); CREATE TYPE e AS ENUM ('x');
      CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1;`;
    await sql(first.url, made);
    const before = await schemaOf(first);
    await sql(first.url, change);
    expect(await schemaOf(first)).not.toBe(before);
  });

  it('leaves out the ledger, and what it is told to with all that belongs to it', async () => {
    const before = await schemaOf(first);
    const runner = { executedBy: 'me', appVersion: undefined };
    const session = await first.open().tryLock(runner);
    await session?.release();
    expect(await schemaOf(first)).toBe(before);
    await sql(
      first.url,
      `CREATE TABLE part_1 (a int PRIMARY KEY); CREATE INDEX i ON part_1 (a);
       COMMENT ON TABLE part_1 IS 'one';`,
    );
    expect(await schemaOf(first, 'part_*')).toBe(before);
    expect(await schemaOf(first, 'part')).toContain('part_1');
  });

  it('leaves nothing on the connection that it was lent', async () => {
    await sql(first.url, 'CREATE TABLE t (a int)');
    await schemaOf(first);
    expect(await sql(first.url, 'SHOW search_path')).toEqual([{ search_path: '"$user", public' }]);
  });
});
