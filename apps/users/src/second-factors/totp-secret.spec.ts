import { describe, expect, it } from '@jest/globals';

import { TotpSecret } from './totp-secret.js';

/** Of RFC 6238, appendix B: the ASCII text 12345678901234567890. */
const RFC = TotpSecret.from('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');

describe('TotpSecret', () => {
  // The last six digits of the eight that the RFC gives.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('knows the code of second %d of RFC 6238, and its step', (second, code) => {
    expect(RFC.stepOf(code, second * 1_000)).toBe(Math.floor(second / 30));
  });

  it('takes the codes of the step before and the step after, and no others', () => {
    const taken = [-2, -1, 0, 1, 2].map((steps) =>
      RFC.stepOf('081804', (1_111_111_109 + steps * 30) * 1_000),
    );
    const step = Math.floor(1_111_111_109 / 30);
    expect(taken).toEqual([undefined, step, step, step, undefined]);
  });

  it.each(['', '28708', '2870820', 'abcdef', '２８７０８２'])('takes no %p', (code) => {
    expect(RFC.stepOf(code, 59_000)).toBeUndefined();
  });

  it('makes secrets of 160 bits, each another', () => {
    const [one, other] = [TotpSecret.make(), TotpSecret.make()];
    expect(one.base32).toMatch(/^[A-Z2-7]{32}$/);
    expect(other.base32).not.toBe(one.base32);
    expect(TotpSecret.from(one.base32).base32).toBe(one.base32);
  });

  it('tells an application all it needs', () => {
    const uri = new URL(RFC.uri({ issuer: 'trilith', label: 'ada' }));
    expect(`${uri.protocol}//${uri.host}${uri.pathname}`).toBe('otpauth://totp/trilith:ada');
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: 'trilith',
      secret: RFC.base32,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});
