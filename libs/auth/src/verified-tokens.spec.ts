import { describe, expect, it } from '@jest/globals';
import { VerifiedTokens } from './verified-tokens.js';

const caller = { accountId: 'a', roles: [] };

describe('verified tokens', () => {
  it('should be kept for a minute', () => {
    let now = 0;
    const tokens = new VerifiedTokens(() => now);
    tokens.add('token', caller, 900);

    expect(tokens.get('token')).toBe(caller);
    expect(tokens.get('token ')).toBeUndefined();
    now = 59_999;
    expect(tokens.get('token')).toBe(caller);
    now = 60_000;
    expect(tokens.get('token')).toBeUndefined();
  });

  it('should not be kept beyond their own end', () => {
    let now = 0;
    const tokens = new VerifiedTokens(() => now);
    tokens.add('token', caller, 10);
    now = 10_000;

    expect(tokens.get('token')).toBeUndefined();
  });

  it('should not take more memory the more of them come by', () => {
    const tokens = new VerifiedTokens(() => 0);
    for (let index = 0; index < 10_000; index += 1) tokens.add(`token-${index}`, caller, 900);
    const kept = Array.from({ length: 10_000 }, (_, index) => tokens.get(`token-${index}`));

    expect(kept.filter((found) => found !== undefined)).toHaveLength(5_000);
    expect(kept.at(-1)).toBe(caller);
  });
});
