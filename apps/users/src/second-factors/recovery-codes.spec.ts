import { describe, expect, it } from '@jest/globals';

import { makeRecoveryCodes, recoveryCodeHash } from './recovery-codes.js';

describe('recovery codes', () => {
  it('are ten, each another, in groups that can be read', () => {
    const codes = makeRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) {
      expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
    }
  });

  it('are known however they are typed', () => {
    const hash = recoveryCodeHash('0abc-1def-2345-6789');
    for (const typed of ['0ABC1DEF23456789', ' oabc idef 2345 6789 ', 'Oabc-ldef-2345-6789']) {
      expect(recoveryCodeHash(typed)).toEqual(hash);
    }
    expect(recoveryCodeHash('0abc-1def-2345-6780')).not.toEqual(hash);
  });

  it.each(['', '123456', '0abc-1def-2345-678', '0abc-1def-2345-678!', 'uuuu-uuuu-uuuu-uuuu'])(
    'are not %p',
    (typed) => {
      expect(recoveryCodeHash(typed)).toBeUndefined();
    },
  );
});
