import { hkdfSync } from 'node:crypto';

import { CompactEncrypt, compactDecrypt, type JWK } from 'jose';

/**
 * Seals secret keys for storage: a compact JWE (`dir`, `A256GCM`) under a key derived from a
 * secret by HKDF-SHA-256 (RFC 5869), so that the secret can serve other purposes too.
 */
export class KeySealer {
  readonly #key: Uint8Array;

  /**
   * @param secret at least 32 random characters
   * @param purpose what is sealed: what is sealed for another does not open
   */
  constructor(secret: string, purpose: 'signing keys' | 'second factors' = 'signing keys') {
    const info = `trilith users ${purpose} 1`;
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', info, 32));
  }

  async seal(privateJwk: JWK): Promise<string> {
    return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(privateJwk)))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(this.#key);
  }

  /** Rejects when `sealed` was made under another secret or has been changed. */
  async open(sealed: string): Promise<JWK> {
    const { plaintext } = await compactDecrypt(sealed, this.#key, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    return JSON.parse(new TextDecoder().decode(plaintext)) as JWK;
  }
}
