import { describe, expect, it } from '@jest/globals';
import { refusalOf } from './sql-refusal.js';

describe('refusalOf', () => {
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
  ])('refuses %j, which controls the transaction', (sql) => {
    expect(refusalOf(sql)).toMatch(/controls the transaction; each file runs in one already$/);
  });

  it.each(['-- migrate: no-transaction\nSELECT 1', 'SELECT 1;\n  --migrate:down\nSELECT 2'])(
    'refuses %j, whose directive it would not follow',
    (sql) => {
      expect(refusalOf(sql)).toMatch(/^asks for "(no-transaction|down)", which this version/);
    },
  );

  it('refuses a file without a statement', () => {
    expect(refusalOf('-- to do\n;')).toBe('holds no statement');
  });

  it.each([
    'SAVEPOINT a; SELECT 1; ROLLBACK TO SAVEPOINT a; RELEASE SAVEPOINT a',
    'ROLLBACK TRANSACTION TO a',
    'DO $$ BEGIN PERFORM 1; END $$',
    'CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END; SELECT 1',
    "PREPARE q AS SELECT 1; INSERT INTO notes VALUES ('BEGIN; COMMIT')",
    'CREATE TABLE commits (begin_at date, end_at date)',
  ])('accepts %j', (sql) => {
    expect(refusalOf(sql)).toBeUndefined();
  });
});
