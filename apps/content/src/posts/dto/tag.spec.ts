import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { tag, tags } from './tag.js';

describe('tags', () => {
  it.each([
    ['TypeScript', 'typescript'],
    ['  node.js ', 'node.js'],
    ['C#', 'c#'],
    ['C++', 'c++'],
    ['ﬁsh', 'fish'],
    ['Ｗｉｄｅ', 'wide'],
    ['ÉTÉ', 'été'],
    ['E\u0301te\u0301', 'été'],
    ['हिन्दी', 'हिन्दी'],
    ['日本語', '日本語'],
  ])('should spell %j as %j', (written, spelled) => {
    expect(tag.parse(written)).toBe(spelled);
  });

  it.each([
    '',
    '   ',
    '#',
    '-a',
    'two words',
    'a/b',
    'a\u0000b',
    '<b>',
    '$where',
    'x'.repeat(51),
    7,
  ])('should refuse %j', (written) => {
    expect(tag.safeParse(written).success).toBe(false);
  });

  it('should count a repeated tag once and keep the order', () => {
    expect(tags.parse(['Redis', 'nest', 'redis', 'NEST'])).toEqual(['redis', 'nest']);
  });

  it('should take 10 tags and refuse 11', () => {
    const eleven = Array.from({ length: 11 }, (_, index) => `t${index}`);

    expect(tags.parse(eleven.slice(1))).toHaveLength(10);
    expect(tags.safeParse(eleven).success).toBe(false);
  });

  it('should leave a spelled tag as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (written) => {
        const spelled = tag.safeParse(written);
        fc.pre(spelled.success);
        expect(tag.parse(spelled.data)).toBe(spelled.data);
      }),
    );
  });
});
