import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';

import { TokenMint } from './one-time-token.js';

const secret = 'a secret that is more than 32 characters long';
const mint = new TokenMint(secret);

describe('TokenMint', () => {
  it('makes the same token of one id again, and opens it', () => {
    const id = uuidv7();
    const token = mint.make(id, 'verify_email');
    expect(token).toMatch(/^[\w-]{64}$/);
    expect(new TokenMint(secret).make(id, 'verify_email')).toBe(token);
    expect(mint.open(token, 'verify_email')).toBe(id);
  });

  it('opens no token for another purpose, or made under another secret', () => {
    const token = mint.make(uuidv7(), 'verify_email');
    expect(mint.open(token, 'reset_password')).toBeUndefined();
    expect(new TokenMint(`${secret}!`).open(token, 'verify_email')).toBeUndefined();
  });

  it('opens no token of which any character was changed, taken away or added', () => {
    const token = mint.make(uuidv7(), 'reset_password');
    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      expect(mint.open(changed, 'reset_password')).toBeUndefined();
    }
    for (const wrong of [token.slice(1), token.slice(0, -1), `${token}A`, '', 'A'.repeat(64)]) {
      expect(mint.open(wrong, 'reset_password')).toBeUndefined();
    }
  });
});
