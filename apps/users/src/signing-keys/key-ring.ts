import type { OnModuleInit } from '@nestjs/common';
import { type KeySource, staticKeys } from '@trilith/auth';
import type { CryptoKey, JWK } from 'jose';

import type { KeyPairs } from './key-pairs.js';
import type { KeyRotation } from './key-rotation.js';
import type { StoredKey } from './signing-keys.repository.js';

/** Keys that were read longer ago are read again before they sign: they may have been retired. */
const OLDEST_TO_SIGN_MS = 300_000;
/** A made-up key id leads to a look into the database, but not sooner than this after the last. */
const COOLDOWN_MS = 5_000;

/** The key that signs new tokens. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/**
 * The Ed25519 keys behind access tokens: one signs, all that may have signed a living token are
 * published, and so is the next one, ahead of its time. Kept in the database, where all replicas read
 * them again and again, so that a rotation needs no restart.
 */
export class KeyRing implements KeySource, OnModuleInit {
  #signing: SigningKey | undefined;
  #published: readonly JWK[] = [];
  #verifying: KeySource = staticKeys({ keys: [] });
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(
    private readonly rotation: KeyRotation,
    private readonly pairs: KeyPairs,
  ) {}

  /** @throws SigningKeysSealedError when AUTH_SECRET does not open the stored key */
  async onModuleInit(): Promise<void> {
    await this.refresh();
  }

  /** The key that signs new tokens. */
  async signing(): Promise<SigningKey> {
    if (performance.now() - this.#readAt > OLDEST_TO_SIGN_MS) await this.refresh();
    if (!this.#signing) throw new Error('Signing keys are read when the application starts');
    return this.#signing;
  }

  /** What others verify tokens with (RFC 7517 key set). */
  get published(): { keys: JWK[] } {
    return { keys: [...this.#published] };
  }

  /** The public key of an id: this service checks its own tokens without asking over HTTP. */
  async find(kid: string): Promise<CryptoKey | undefined> {
    const known = await this.#verifying.find(kid);
    if (known !== undefined || performance.now() - this.#readAt < COOLDOWN_MS) return known;
    // Made by another replica, out of turn.
    await this.refresh();
    return this.#verifying.find(kid);
  }

  /** Reads the keys, and makes one that is due. Calls at the same time share one look. */
  refresh(): Promise<void> {
    this.#reading ??= this.read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  private async read(): Promise<void> {
    const keys = await this.rotation.keys();
    // None is active only when a person has retired one out of turn: its successor begins early.
    const active = keys.find(({ isActive }) => isActive) ?? keys.find(({ isLast }) => isLast);
    if (!active) throw new Error('No signing key could be read back after making one');
    await this.sign(active);
    this.publish(keys);
    this.#readAt = performance.now();
  }

  private async sign(active: StoredKey): Promise<void> {
    if (this.#signing?.kid === active.kid) return;
    this.#signing = { kid: active.kid, privateKey: await this.pairs.open(active) };
  }

  private publish(keys: readonly StoredKey[]): void {
    this.#published = keys.map(({ publicJwk }) => publicJwk);
    this.#verifying = staticKeys({ keys: this.#published });
  }
}
