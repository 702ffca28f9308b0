import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redact, shortened } from '../redact.ts';

describe('redact', () => {
  it.each([
    [`SELECT 'a''b', 'c'`, 'SELECT ?, ?'],
    [`SELECT E'a\\'b', 1`, 'SELECT ?, ?'],
    [`SELECT U&'a', B'01', x'ff', N'n'`, 'SELECT ?, ?, ?, ?'],
    ["SELECT $$it is$$, $tag$ $$ ; ' $tag$, 2", 'SELECT ?, ?, ?'],
    ['SELECT 1, 1.5, .5, 1e10, 0xff, 1_000', 'SELECT ?, ?, ?, ?, ?, ?'],
    ['SELECT $1, $23 FROM t1 WHERE a_2 = 3', 'SELECT $1, $23 FROM t1 WHERE a_2 = ?'],
    [`SELECT "it's 5" FROM "a""b"`, `SELECT "it's 5" FROM "a""b"`],
    [`SELECT a -- it's me\n FROM t /* 'x' */ WHERE b`, 'SELECT a FROM t WHERE b'],
    [`ALTER ROLE me PASSWORD 'secret'`, 'ALTER ROLE me PASSWORD ?'],
    // Cut off in the middle, as pg_stat_activity does.
    [`SELECT 'never end`, 'SELECT ?'],
    ['SELECT $tag$ never $end', 'SELECT ?'],
    ['SELECT /* never', 'SELECT'],
    ['SELECT a::text, b', 'SELECT a::text, b'],
  ])('%s', (sql, expected) => {
    expect(redact(sql)).toBe(expected);
  });

  it('keeps nothing of any text, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const text = `${before.replaceAll("'", "''")}zebra${after.replaceAll("'", "''")}`;
        expect(redact(`SELECT a FROM t WHERE b = '${text}' AND c = $1`)).toBe(
          'SELECT a FROM t WHERE b = ? AND c = $1',
        );
      }),
    );
  });

  it('takes a time that grows with the length alone', () => {
    const long = `SELECT '${'a'.repeat(200_000)}', /* ${'*'.repeat(200_000)}`;
    expect(redact(long)).toBe('SELECT ?,');
  });
});

describe('shortened', () => {
  it('keeps what is short, and the beginning of what is long', () => {
    expect(shortened('SELECT 1', 8)).toBe('SELECT 1');
    expect(shortened('SELECT 10', 8)).toBe('SELECT …');
  });
});
