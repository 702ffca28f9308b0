import { describe, expect, it } from '@jest/globals';
import { readSqlMigration } from './sql-migration.js';

describe('directives of a SQL file', () => {
  it('are read from the comments above its first statement', () => {
    const { directives, refusal } = readSqlMigration(`-- Why: because.
-- migrate: no-transaction
/* another comment */
--migrate:breaking
-- migrate:  lock-timeout   500ms
-- migrate: statement-timeout 2h
SELECT 1;`);
    expect(refusal).toBeUndefined();
    expect(directives).toEqual({
      noTransaction: true,
      breaking: true,
      lockTimeoutMs: 500,
      statementTimeoutMs: 7_200_000,
    });
  });

  it.each([
    ['1ms', 1],
    ['2s', 2_000],
    ['3 min', 180_000],
    ['1h', 3_600_000],
  ])('take %j for a time', (value, ms) => {
    const { directives } = readSqlMigration(`-- migrate: lock-timeout ${value}\nSELECT 1`);
    expect(directives.lockTimeoutMs).toBe(ms);
  });

  it.each([
    ['no-transactions', /no such directive; there are no-transaction, .*, down$/],
    ['toString', /no such directive/],
    ['', /no such directive/],
    ['breaking yes', /"breaking" takes no value$/],
    ['lock-timeout', /"lock-timeout" takes a time above 0 with its unit: 500ms/],
    ['lock-timeout 0ms', /takes a time above 0/],
    ['lock-timeout 500', /takes a time above 0/],
    ['lock-timeout fast', /takes a time above 0/],
    ['statement-timeout 10000h', /takes a time above 0/],
    ['breaking\n-- migrate: breaking', /stands there twice$/],
    ['down now', /"down" takes no value$/],
  ])('are refused as %j, which says so', (directive, reason) => {
    const { refusal } = readSqlMigration(`-- migrate: ${directive}\nSELECT 1`);
    expect(refusal).toMatch(/^"-- migrate: ?/);
    expect(refusal).toMatch(reason);
  });

  it('are refused below the first statement, where nobody would look for them', () => {
    const { refusal } = readSqlMigration('SELECT 1;\n-- migrate: breaking\nSELECT 2');
    expect(refusal).toBe('"-- migrate: breaking" must stand above the first statement');
  });

  it.each([
    "SELECT '\n-- migrate: down\n'",
    'DO $$\n-- migrate: breaking\n$$',
    '/*\n-- migrate: x */SELECT 1',
  ])('are none in %j', (sql) => {
    const { refusal, down, up } = readSqlMigration(sql);
    expect([refusal, down, up.text]).toEqual([undefined, undefined, sql]);
  });
});

describe('the down part of a SQL file', () => {
  it('is what stands below its line, and no part of what up runs', () => {
    const sql = 'SELECT 1;\n-- migrate: down\nSELECT 2; SELECT 3;\n';
    const { up, down } = readSqlMigration(sql);
    expect(up.text).toBe('SELECT 1;\n');
    expect(down?.text).toBe('\nSELECT 2; SELECT 3;\n');
    expect(down?.statements.map(({ text, start }) => [text, sql.slice(start, start + 8)])).toEqual([
      ['SELECT 2', 'SELECT 2'],
      ['SELECT 3', 'SELECT 3'],
    ]);
  });
});
