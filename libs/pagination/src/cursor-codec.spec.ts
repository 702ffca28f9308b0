import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { CursorCodec, InvalidCursorError } from './index.js';

const SECRET = 's'.repeat(32);
const cursors = new CursorCodec({ secrets: [SECRET] });
const position = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer(),
    // JSON has no -0; it sorts as 0 does.
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.bigInt(),
    fc.boolean(),
    fc.date({ noInvalidDate: true }),
    fc.constant(null),
  ),
  { maxLength: 4 },
);

describe('CursorCodec', () => {
  it('should give back every position, each value in its own type', () => {
    fc.assert(
      fc.property(fc.string(), position, (purpose, values) => {
        expect(cursors.decode(purpose, cursors.encode(purpose, values))).toEqual(values);
      }),
    );
  });

  it('should be safe in a query string as it is', () => {
    const cursor = cursors.encode('posts', ['2026-01-01T00:00:00.000Z', 'é/+=&?']);

    expect(encodeURIComponent(cursor)).toBe(cursor);
  });

  it('should refuse a cursor with any byte changed', () => {
    const bytes = Buffer.from(cursors.encode('posts', [17, 'id-1']), 'base64url');

    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8((bytes.readUInt8(index) + 1) % 256, index);
      expect(() => cursors.decode('posts', changed.toString('base64url'))).toThrow(
        InvalidCursorError,
      );
    }
  });

  it('should refuse a cursor with any character changed, also where no byte changes', () => {
    const cursor = cursors.encode('posts', [17, 'id-12']);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

    for (let index = 0; index < cursor.length; index += 1) {
      for (const other of alphabet.replace(cursor.charAt(index), '')) {
        const changed = cursor.slice(0, index) + other + cursor.slice(index + 1);
        expect(() => cursors.decode('posts', changed)).toThrow(InvalidCursorError);
      }
    }
  });

  it('should refuse a cursor for something else, also when purpose and values could be confused', () => {
    const cursor = cursors.encode('posts', [1]);

    expect(() => cursors.decode('comments', cursor)).toThrow(InvalidCursorError);
    expect(() => cursors.decode('posts[', cursor)).toThrow(InvalidCursorError);
  });

  it('should refuse a cursor that another secret signed', () => {
    const other = new CursorCodec({ secrets: ['o'.repeat(32)] });

    expect(() => cursors.decode('posts', other.encode('posts', [1]))).toThrow(InvalidCursorError);
  });

  it('should take cursors of the secret before, and sign with the new one', () => {
    const renewed = new CursorCodec({ secrets: ['n'.repeat(32), SECRET] });

    expect(renewed.decode('posts', cursors.encode('posts', [1]))).toEqual([1]);
    expect(() => cursors.decode('posts', renewed.encode('posts', [1]))).toThrow(InvalidCursorError);
  });

  it.each([
    ['nothing', ''],
    ['a short one', 'AQ'],
    ['no base64url', 'a b+c/='],
    ['a NUL', '\u0000'],
    ['a huge one', 'A'.repeat(1_000_000)],
  ])('should refuse %s', (_what, cursor) => {
    expect(() => cursors.decode('posts', cursor)).toThrow(InvalidCursorError);
  });

  it('should refuse whatever it did not make', () => {
    fc.assert(
      fc.property(fc.base64String({ maxLength: 200 }), (cursor) => {
        expect(() => cursors.decode('posts', cursor)).toThrow(InvalidCursorError);
      }),
    );
  });

  it.each<[string, readonly unknown[]]>([
    ['no number', [Number.NaN]],
    ['infinite', [Number.POSITIVE_INFINITY]],
    ['no date', [new Date(Number.NaN)]],
    ['nothing', [undefined]],
    ['an object', [{}]],
    ['too long', ['x'.repeat(2_000)]],
  ])('should not make a cursor that would not come back: %s', (_what, values) => {
    expect(() => cursors.encode('posts', values as never)).toThrow(RangeError);
  });

  it('should refuse a secret that can be guessed', () => {
    expect(() => new CursorCodec({ secrets: [SECRET, 'short'] })).toThrow('at least 32 characters');
  });
});
