import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { render } from './letter.js';

describe('a letter', () => {
  it('has each part as a paragraph, in both forms', () => {
    const { text, html } = render({
      subject: 'Hello',
      parts: ['one', { code: 'two' }, { link: 'https://example.org/three' }],
    });
    expect(text).toBe('one\n\ntwo\n\nhttps://example.org/three\n');
    expect(html).toContain('<p>one</p>');
    expect(html).toContain('<p><code>two</code></p>');
    expect(html).toContain('<a href="https://example.org/three">https://example.org/three</a>');
  });

  it('shows in HTML any text as it is: no text becomes markup', () => {
    const markup = (html: string) => html.replaceAll(/[^<>"&]/g, '').replaceAll('&', '');
    const plain = markup(render({ subject: '', parts: ['', { code: '' }, { link: '' }] }).html);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (any) => {
        const hostile = `${any}<script>"'&`;
        const { html } = render({
          subject: hostile,
          parts: [hostile, { code: hostile }, { link: hostile }],
        });
        expect(markup(html)).toBe(plain);
        expect(html).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
  });
});
