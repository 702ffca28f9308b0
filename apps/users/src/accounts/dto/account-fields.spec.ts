import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { avatarUrl, displayName, email, username } from './account-fields.js';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
);
const addresses = fc.stringMatching(
  /^\s?[A-Za-z0-9._+'-]{1,9}@([A-Za-z0-9-]{1,9}\.){1,3}[A-Za-z]{2,4}\s?$/,
);
const names = fc.stringMatching(/^\s?[A-Za-z0-9_]{2,31}\s?$/);
const links = fc.webUrl({ validSchemes: ['https', 'http'], withQueryParameters: true });

describe.each([
  { name: 'e-mail address', field: email, typed: addresses, stored: /^[!-@[-~]{3,254}$/ },
  { name: 'username', field: username, typed: names, stored: /^[a-z0-9_]{3,30}$/ },
  {
    name: 'display name',
    field: displayName,
    typed: anyText,
    stored: /^(?!\s)[^\p{Cc}\p{Cs}]{1,80}(?<!\s)$/u,
  },
  { name: 'avatar address', field: avatarUrl, typed: links, stored: /^https:\/\/[!-~]{1,2040}$/ },
])('an accepted $name', ({ field, typed, stored }) => {
  it('is one that the table takes, and stays as it is when given again', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(typed, anyText), (text) => {
        const { success, data } = field.safeParse(text);
        if (!success) return;
        accepted += 1;
        expect(data).toMatch(stored);
        expect(field.safeParse(data)).toEqual({ success: true, data });
      }),
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe('what differs in case or outer space alone', () => {
  it('is one e-mail address', () => {
    fc.assert(
      fc.property(addresses, (text) => {
        expect(email.safeParse(` ${text.toUpperCase()}\t`).data).toBe(email.safeParse(text).data);
      }),
    );
  });

  it('is one username', () => {
    fc.assert(
      fc.property(names, (text) => {
        expect(username.safeParse(` ${text.toUpperCase()} `).data).toBe(
          username.safeParse(text).data,
        );
      }),
    );
  });
});
