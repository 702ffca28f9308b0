import { TransactionHost } from '@nestjs-cls/transactional';
import type { OnModuleInit } from '@nestjs/common';
import { type KeySource, staticKeys } from '@trilith/auth';
import type { CryptoKey, JWK } from 'jose';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';

import type { KeySealer } from './key-sealer.js';
import type { SigningKeyRecord } from './signing-key.entity.js';
import { SigningKeysSealedError } from './signing-keys.errors.js';
import { SigningKeysRepository } from './signing-keys.repository.js';

/** The key that signs new tokens. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/** How a {@link KeyRing} keeps its keys. */
export interface KeyRingOptions {
  /** Seals private keys for storage, and opens them. */
  readonly sealer: KeySealer;
  /** How long after its retirement a key stays published: as long as the tokens it signed live. */
  readonly publishRetiredForMs: number;
}

/**
 * The Ed25519 keys behind access tokens: one signs, all that may have signed a living token are
 * published. Kept in the database, so that every replica signs with the same key; the first replica
 * ever to boot makes it.
 */
export class KeyRing implements KeySource, OnModuleInit {
  #signing: SigningKey | undefined;
  #published: readonly JWK[] = [];
  #verifying: KeySource = staticKeys({ keys: [] });

  constructor(
    private readonly repository: SigningKeysRepository,
    private readonly transaction: TransactionHost,
    private readonly options: KeyRingOptions,
  ) {}

  /** @throws SigningKeysSealedError when AUTH_SECRET does not open the stored key */
  async onModuleInit(): Promise<void> {
    const stored = await this.findPublishable();
    const records = stored.some(isActive) ? stored : await this.createUnlessPresent();
    const active = records.find(isActive);
    if (!active) throw new Error('No signing key could be read back after making one');
    this.#signing = { kid: active.kid, privateKey: await this.open(active) };
    this.#published = records.map(({ publicJwk }) => publicJwk);
    this.#verifying = staticKeys({ keys: this.#published });
  }

  /** The key that signs new tokens. */
  get signing(): SigningKey {
    if (!this.#signing) throw new Error('Signing keys are read when the application starts');
    return this.#signing;
  }

  /** What others verify tokens with (RFC 7517 key set). */
  get published(): { keys: JWK[] } {
    return { keys: [...this.#published] };
  }

  /** The public key of an id: this service checks its own tokens without asking over HTTP. */
  find(kid: string): Promise<CryptoKey | undefined> {
    return this.#verifying.find(kid);
  }

  /** Replicas that boot at once come here one after another; all but the first find a key. */
  private createUnlessPresent(): Promise<SigningKeyRecord[]> {
    return this.transaction.withTransaction(async () => {
      await this.repository.lockForWriting();
      const records = await this.findPublishable();
      if (records.some(isActive)) return records;
      await this.repository.insert(await this.make());
      return this.findPublishable();
    });
  }

  private findPublishable(): Promise<SigningKeyRecord[]> {
    const retiredAfter = new Date(Date.now() - this.options.publishRetiredForMs);
    return this.repository.findPublishable({ retiredAfter });
  }

  private async make(): Promise<Pick<SigningKeyRecord, 'kid' | 'publicJwk' | 'privateJwe'>> {
    const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    return {
      kid,
      publicJwk: { ...publicJwk, kid, alg: 'EdDSA', use: 'sig' },
      privateJwe: await this.options.sealer.seal(await exportJWK(privateKey)),
    };
  }

  private async open({ kid, privateJwe }: SigningKeyRecord): Promise<CryptoKey> {
    const jwk = await this.options.sealer.open(privateJwe).catch((error: unknown) => {
      throw new SigningKeysSealedError(kid, error);
    });
    const key = await importJWK(jwk, 'EdDSA');
    if (key instanceof Uint8Array) throw new TypeError(`Signing key ${kid} is not a key pair`);
    return key;
  }
}

function isActive({ retiredAt }: SigningKeyRecord): boolean {
  return retiredAt === null;
}
