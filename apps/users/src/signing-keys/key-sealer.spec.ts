import { describe, expect, it } from '@jest/globals';

import { KeySealer } from './key-sealer.js';

const secret = 'a secret that is more than 32 characters long';
const key = { kty: 'OKP', crv: 'Ed25519', x: 'public', d: 'private' };

describe('KeySealer', () => {
  it('opens what it sealed', async () => {
    const sealed = await new KeySealer(secret).seal(key);
    expect(await new KeySealer(secret).open(sealed)).toEqual(key);
  });

  it('shows nothing of the key, and seals it differently each time', async () => {
    const sealer = new KeySealer(secret);
    const sealed = await sealer.seal(key);
    const shown = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(shown.join()).not.toContain('private');
    expect(await sealer.seal(key)).not.toBe(sealed);
  });

  it('does not open what was sealed under another secret', async () => {
    const sealed = await new KeySealer(secret).seal(key);
    await expect(new KeySealer(`${secret}!`).open(sealed)).rejects.toThrow(
      'decryption operation failed',
    );
  });

  it('does not open what has been changed', async () => {
    const sealer = new KeySealer(secret);
    const parts = (await sealer.seal(key)).split('.');
    const ciphertext = Buffer.from(parts[3] ?? '', 'base64url');
    ciphertext[0] = (ciphertext[0] ?? 0) ^ 1;
    parts[3] = ciphertext.toString('base64url');
    await expect(sealer.open(parts.join('.'))).rejects.toThrow('decryption operation failed');
  });
});
