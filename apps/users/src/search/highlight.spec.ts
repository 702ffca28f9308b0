import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { Highlighter } from './highlight.js';

describe('a highlight', () => {
  it.each([
    ['ada', 'Ada Lovelace', '<mark>Ada</mark> Lovelace'],
    ['lov', 'Ada Lovelace', 'Ada <mark>Lovelace</mark>'],
    ['lovelace ada', 'Ada Lovelace', '<mark>Ada</mark> <mark>Lovelace</mark>'],
    ['zoe', 'Zoë Ångström', '<mark>Zoë</mark> Ångström'],
    ['ÅNGSTRÖM', 'zoe angstrom', 'zoe <mark>angstrom</mark>'],
    ['strasse', 'Große Straße', 'Große <mark>Straße</mark>'],
    ['lovlace', 'Ada Lovelace', 'Ada <mark>Lovelace</mark>'],
    ['ada', 'Adam & Eve', '<mark>Adam</mark> &amp; Eve'],
    ['lovelace', 'ada_lovelace7', '<mark>ada_lovelace7</mark>'],
    ['e\u0301ric', 'E\u0301ric', '<mark>E\u0301ric</mark>'],
    ['a', 'Bab', 'Bab'],
    ['!!!', '!!! Ada', '!!! Ada'],
    ['b', '<b>Bob</b>', '&lt;<mark>b</mark>&gt;<mark>Bob</mark>&lt;/<mark>b</mark>&gt;'],
  ])('of %j in %j is %j', (query, text, html) => {
    expect(new Highlighter(query).mark(text)).toBe(html);
  });

  it('holds no markup but its own, and the text as it was, whatever both are', () => {
    const any = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.stringMatching(/^(?:<mark>|<\/mark>|<|>|&amp;|&|"|'|ada| )*$/),
    );
    fc.assert(
      fc.property(any, any, (query, text) => {
        const html = new Highlighter(query).mark(text);
        const plain = html.replaceAll(/<\/?mark>/g, '');
        expect(plain).not.toMatch(/[<>"']/);
        const read = plain
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&quot;', '"')
          .replaceAll('&#39;', "'")
          .replaceAll('&amp;', '&');
        expect(read).toBe(text);
        expect(html.match(/<mark>/g) ?? []).toHaveLength((html.match(/<\/mark>/g) ?? []).length);
      }),
    );
  });

  it('takes no time for what is long', () => {
    const highlighter = new Highlighter('a_'.repeat(50));
    expect(highlighter.mark('a_'.repeat(250))).toContain('<mark>');
  });
});
