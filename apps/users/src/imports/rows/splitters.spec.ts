import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { CsvSplitter } from './csv.splitter.js';
import { NdjsonSplitter } from './ndjson.splitter.js';
import { LONGEST_ROW, type RawRow, type RowSplitter } from './raw-row.js';
import { csvFields } from './row-values.js';

/** All rows of a file that arrives in pieces which end at these places. */
function rowsOf(
  splitter: RowSplitter,
  file: string | Buffer,
  cuts: readonly number[] = [],
): RawRow[] {
  const bytes = Buffer.from(file);
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  const rows: RawRow[] = [];
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    rows.push(...splitter.split(bytes.subarray(from, end)));
    from = end;
  }
  return [...rows, ...splitter.rest()];
}

const shown = (rows: readonly RawRow[]) => rows.map(({ bytes, fault }) => fault ?? String(bytes));
const sizes = (rows: readonly RawRow[]) => rows.reduce((sum, { size }) => sum + size, 0);
const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('rows of NDJSON', () => {
  it('are the lines, however the file is cut into pieces', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n]/g, ''));
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), cuts, (lines, end, places) => {
        const file = lines.map((each) => each + end).join('');
        const rows = rowsOf(new NdjsonSplitter(), file, places);
        expect(shown(rows)).toEqual(lines);
        expect(sizes(rows)).toBe(Buffer.byteLength(file));
      }),
    );
  });

  it('end with the file where it does not end with a line', () => {
    expect(shown(rowsOf(new NdjsonSplitter(), '{}\n\n{"a":1}'))).toEqual(['{}', '', '{"a":1}']);
  });

  it('are refused where they are too long, and those around them are not', () => {
    const long = 'x'.repeat(3 * LONGEST_ROW);
    const file = `{"a":1}\n${long}\n{"b":2}\n`;
    const pieces = Array.from({ length: 40 }, (_, index) => index * 5_000);
    for (const places of [[], pieces]) {
      const rows = rowsOf(new NdjsonSplitter(), file, places);
      expect(shown(rows)).toEqual(['{"a":1}', 'too_long', '{"b":2}']);
      expect(sizes(rows)).toBe(file.length);
    }
    expect(shown(rowsOf(new NdjsonSplitter(), long, pieces))).toEqual(['too_long']);
  });
});

describe('rows of CSV', () => {
  const field = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r\n', 'é', ' ', '日') }),
    fc.constant(''),
  );
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const written = (text: string, always: boolean) =>
    always || /[",\r\n]/.test(text) ? quoted(text) : text;

  it('are the records, however the file is cut into pieces, and give back the fields', () => {
    const record = fc.array(field, { minLength: 2, maxLength: 4 });
    const end = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.array(record), end, fc.boolean(), cuts, (records, eol, always, places) => {
        const file = records
          .map((fields) => fields.map((text) => written(text, always)).join(',') + eol)
          .join('');
        const rows = rowsOf(new CsvSplitter(), file, places);
        expect(rows.map(({ fault }) => fault)).toEqual(records.map(() => undefined));
        expect(csvFields(rows.map(({ bytes }) => String(bytes)))).toEqual(records);
        expect(sizes(rows)).toBe(Buffer.byteLength(file));
      }),
      { numRuns: 500 },
    );
  });

  it('hold every byte of any file, whatever is in it and however it is cut', () => {
    const noise = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r') });
    fc.assert(
      fc.property(noise, cuts, (file, places) => {
        const whole = rowsOf(new CsvSplitter(), file);
        const inPieces = rowsOf(new CsvSplitter(), file, places);
        expect(sizes(inPieces)).toBe(file.length);
        expect(shown(inPieces)).toEqual(shown(whole));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a quote that is never closed', 'a,"b\nc,d\ne,f\n', ['malformed', 'c,d', 'e,f']],
    ['something behind a closing quote', '"a"b,c\nd,e\n', ['malformed', 'd,e']],
    ['a quote within a field', 'a"b,c\nd,e\n', ['malformed', 'd,e']],
    ['a quote that is closed in a later row', 'a,"b\n"c",d\ne,f\n', ['malformed', '"c",d', 'e,f']],
    ['an open quote in the last row', 'a,b\nc,"d', ['a,b', 'malformed']],
    ['a last row without an end', 'a,b\r\nc,d', ['a,b', 'c,d']],
    ['a carriage return alone', 'a,b\rc,d\n', ['a,b\rc,d']],
    ['empty lines', 'a,b\n\n\r\nc,d\n', ['a,b', '', '', 'c,d']],
  ])('with %s', (_title, file, rows) => {
    expect(shown(rowsOf(new CsvSplitter(), file))).toEqual(rows);
  });

  it('are refused where they are too long, and those after them are not', () => {
    const unquoted = `a,b\n${'x'.repeat(2 * LONGEST_ROW)}\nc,d\n`;
    const open = `a,b\nc,"d\n${'e,f\n'.repeat(LONGEST_ROW / 2)}g,h\n`;
    const pieces = Array.from({ length: 60 }, (_, index) => index * 7_000);
    for (const places of [[], pieces]) {
      expect(shown(rowsOf(new CsvSplitter(), unquoted, places))).toEqual([
        'a,b',
        'too_long',
        'c,d',
      ]);
      const rows = shown(rowsOf(new CsvSplitter(), open, places));
      expect(rows.slice(0, 3)).toEqual(['a,b', expect.stringMatching(/too_long|malformed/), 'e,f']);
      expect(rows.slice(-2)).toEqual(['e,f', 'g,h']);
      expect(rows).toHaveLength(3 + LONGEST_ROW / 2);
    }
  });
});

describe('fields of CSV', () => {
  it('are told one by one where one record cannot be read', () => {
    expect(csvFields(['a,b', 'c"d', '"e ""f""",g'])).toEqual([
      ['a', 'b'],
      undefined,
      ['e "f"', 'g'],
    ]);
  });
});
