import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonPath } from './input-error.js';
import { text } from './text.js';

describe('text', () => {
  it('should take whatever comes back from UTF-8 as it was, and nothing else', () => {
    const schema = text({ max: 50 });

    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (value) => {
        const storable = Buffer.from(value).toString() === value && !value.includes('\0');
        expect(schema.safeParse(value).success).toBe(storable);
      }),
    );
  });

  it('should refuse lone surrogates at either end', () => {
    expect(text({ max: 5 }).safeParse('\ud800').success).toBe(false);
    expect(text({ max: 5 }).safeParse('a\udc00').success).toBe(false);
    expect(text({ max: 5 }).safeParse('😀').success).toBe(true);
  });

  it('should count after trimming', () => {
    const schema = text({ min: 1, max: 3, trim: true });

    expect(schema.parse('  abc  ')).toBe('abc');
    expect(schema.safeParse('   ').success).toBe(false);
  });

  it.each([
    '',
    ' ',
    '\n\t',
    '\u200b\u200d',
    '\u3164',
    '\u115f\uffa0',
    '\u2800',
    '\u0301',
    '\ufe0f',
  ])('should refuse %j where something must show', (blank) => {
    expect(text({ max: 5, visible: true }).safeParse(blank).success).toBe(false);
  });

  it.each(['a', '7', '!', '日', '👩‍🚀', '한', ' é ', 'e\u0301'])('should see %j', (visible) => {
    expect(text({ max: 7, visible: true }).safeParse(visible).success).toBe(true);
  });
});

describe('the path of an input error', () => {
  it.each<[PropertyKey[], string]>([
    [[], '$'],
    [['tags', 2, 'name'], '$.tags[2].name'],
    [['odd key'], "$['odd key']"],
    [["it's\\"], String.raw`$['it\'s\\']`],
    [['x'.repeat(1_000)], `$.${'x'.repeat(60)}`],
  ])('should be a JSONPath: %j', (path, expected) => {
    expect(jsonPath(path)).toBe(expected);
  });
});
