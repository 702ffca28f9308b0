import type { CryptoKey } from 'jose';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';

import type { KeySealer } from './key-sealer.js';
import { SigningKeysSealedError } from './signing-keys.errors.js';
import type { SealedKey } from './signing-keys.repository.js';

/** Makes Ed25519 key pairs for storage, and opens stored ones. */
export class KeyPairs {
  constructor(private readonly sealer: KeySealer) {}

  async make(): Promise<SealedKey> {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    return {
      kid,
      publicJwk: { ...publicJwk, kid, alg: 'EdDSA', use: 'sig' },
      privateJwe: await this.sealer.seal(await exportJWK(privateKey)),
    };
  }

  /** @throws SigningKeysSealedError when the secret is not the one that the key was sealed with */
  async open({ kid, privateJwe }: SealedKey): Promise<CryptoKey> {
    const jwk = await this.sealer.open(privateJwe).catch((error: unknown) => {
      throw new SigningKeysSealedError(kid, error);
    });
    const key = await importJWK(jwk, 'EdDSA');
    if (key instanceof Uint8Array) throw new TypeError(`Signing key ${kid} is not a key pair`);
    return key;
  }
}
