import { describe, expect, it } from '@jest/globals';
import { readSqlMigration } from './sql-migration.js';

const refusalOf = (sql: string) => readSqlMigration(sql).refusal;
const WITHOUT = '-- migrate: no-transaction\n';

describe('the refusal of a SQL file', () => {
  it.each([
    'BEGIN; SELECT 1; COMMIT',
    'SELECT 1; begin isolation level serializable',
    'SELECT 1;\n-- done\nCOMMIT;',
    'START TRANSACTION; SELECT 1',
    'SELECT 1; END',
    'SELECT 1; ROLLBACK',
    'SELECT 1; ROLLBACK AND CHAIN',
    'SELECT 1; ABORT',
    "PREPARE TRANSACTION 'x'",
  ])('meets %j, which controls the transaction', (sql) => {
    expect(refusalOf(sql)).toMatch(/controls the transaction; each file runs in one already$/);
    expect(refusalOf(WITHOUT + sql)).toMatch(/controls a transaction; without one/);
  });

  it.each(['\\timing on\nSELECT 1;', 'SELECT 1 \\gexec', '\\i other.sql', '\\copy a FROM b'])(
    'meets %j, which only psql understands',
    (sql) => {
      expect(refusalOf(sql)).toMatch(/holds a backslash command of psql/);
    },
  );

  it.each(['COPY a FROM STDIN;\n1\n\\.\n', "copy a from '/tmp/a'", 'COPY a TO STDOUT'])(
    'meets %j, whose data no checksum covers',
    (sql) => {
      expect(refusalOf(sql)).toMatch(/^"(?:COPY|copy) a .*" reads or writes data outside/);
    },
  );

  it.each(['-- to do\n;', '-- migrate: down\nSELECT 1'])('meets %j, which runs nothing', (sql) => {
    expect(refusalOf(sql)).toBe('holds no statement');
  });

  it('meets a down part as it meets the rest', () => {
    expect(refusalOf('SELECT 1;\n-- migrate: down\nCOMMIT;')).toMatch(
      /^the down part: "COMMIT" controls/,
    );
    expect(refusalOf('SELECT 1;\n-- migrate: down\n')).toBe('the down part: holds no statement');
  });

  it('meets an index without a name that is built concurrently', () => {
    expect(refusalOf(`${WITHOUT}CREATE INDEX CONCURRENTLY ON a (b)`)).toMatch(/name it$/);
  });

  it.each([
    'SAVEPOINT a; SELECT 1; ROLLBACK TO SAVEPOINT a; RELEASE SAVEPOINT a',
    'ROLLBACK TRANSACTION TO a',
    'DO $$ BEGIN PERFORM 1; END $$',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END; SELECT 1',
    "PREPARE q AS SELECT 1; INSERT INTO notes VALUES ('BEGIN; COMMIT')",
    'CREATE TABLE commits (begin_at date, end_at date)',
    "INSERT INTO notes VALUES ('\\copy', E'\\\\', $$\\d$$); -- \\d",
    `${WITHOUT}CREATE INDEX CONCURRENTLY "on" ON a (b)`,
  ])('does not meet %j', (sql) => {
    expect(refusalOf(sql)).toBeUndefined();
  });
});
