import { describe, expect, it } from '@jest/globals';
import { checksumOf } from './checksum.js';

const text = "CREATE TABLE a (\n  b text\n);\n\nINSERT INTO a VALUES ('x');\n";

describe('checksumOf', () => {
  it.each([
    ['Windows line ends', text.replaceAll('\n', '\r\n')],
    ['old Mac line ends', text.replaceAll('\n', '\r')],
    ['blanks at the end of lines', text.replaceAll('\n', ' \t\n')],
    ['no line end at the end', text.trimEnd()],
    ['blank lines at the end', `${text}\n  \n`],
  ])('does not depend on %s', (_name, variant) => {
    expect(checksumOf(variant)).toBe(checksumOf(text));
  });

  it.each(['SELECT 1; ', 'SELECT 1;\t\n', 'SELECT 1;\n\n', 'SELECT 1;\r', 'SELECT 1;'])(
    'takes %j for the same',
    (variant) => {
      expect(checksumOf(variant)).toBe(checksumOf('SELECT 1;\n'));
    },
  );

  it('goes on to leave out blanks before a Unicode line separator, as ledgers have it', () => {
    expect(checksumOf('a \u2028b')).toBe(checksumOf('a\u2028b'));
  });

  it.each([
    ['a letter', text.replace('b text', 'c text')],
    ['indentation', text.replace('  b', '    b')],
    ['a line that is gone', text.replace('\n\n', '\n')],
    ['the case of a letter', text.replace('CREATE', 'create')],
  ])('depends on %s', (_name, variant) => {
    expect(checksumOf(variant)).not.toBe(checksumOf(text));
  });

  it('is SHA-256 in hexadecimal digits', () => {
    expect(checksumOf('abc\n')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});
