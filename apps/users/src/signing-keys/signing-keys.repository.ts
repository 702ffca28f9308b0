import { readFileSync } from 'node:fs';

import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const LIST = sql('list-signing-keys');
const INSERT = sql('insert-signing-key');

/** A key pair as it is stored: its private half sealed. */
export interface SealedKey {
  /** RFC 7638 thumbprint of the public key. */
  readonly kid: string;
  readonly publicJwk: JWK;
  /** The private JWK as a compact JWE (`dir`, `A256GCM`). */
  readonly privateJwe: string;
}

/** A stored key, and what is to be done with it at this moment. */
export interface StoredKey extends SealedKey {
  /** It signs. */
  readonly isActive: boolean;
  /** None has been made after it. */
  readonly isLast: boolean;
  /** One has to be made after it. */
  readonly isDue: boolean;
}

/** When keys come and go, in milliseconds. */
export interface KeyTimes {
  /** How long a key signs; 0: for ever. */
  readonly rotateEveryMs: number;
  /** How long before a key signs it is published, so that whoever keeps the set has it by then. */
  readonly publishAheadMs: number;
  /** How long after its retirement a key stays published: longer than the tokens it signed live. */
  readonly publishRetiredForMs: number;
}

/** Statements on the table `signing_keys`. */
@Injectable()
export class SigningKeysRepository {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  /** Lets one transaction at a time decide whether a key has to be made; readers go on. */
  async lockForWriting(): Promise<void> {
    await this.transaction.tx.query('LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE');
  }

  /** Every key that is to be published, latest first. */
  list({ rotateEveryMs, publishAheadMs, publishRetiredForMs }: KeyTimes): Promise<StoredKey[]> {
    const dueAfterMs = rotateEveryMs === 0 ? null : rotateEveryMs - publishAheadMs;
    return this.transaction.tx.query<StoredKey[]>(LIST, [publishRetiredForMs, dueAfterMs]);
  }

  /** Adds a key: to sign at once, or in time after the one that it follows. */
  async insert(
    { kid, publicJwk, privateJwe }: SealedKey,
    { after, times }: { after: string | undefined; times: KeyTimes },
  ): Promise<void> {
    await this.transaction.tx.query(INSERT, [
      kid,
      JSON.stringify(publicJwk),
      privateJwe,
      after ?? null,
      times.publishAheadMs,
      times.rotateEveryMs,
    ]);
  }

  /** A private key that signs nothing any more is not kept. */
  async deleteRetired({ publishRetiredForMs }: KeyTimes): Promise<void> {
    await this.transaction.tx.query(
      `DELETE FROM signing_keys WHERE retired_at < clock_timestamp() - $1::float8 * interval '1 ms'`,
      [publishRetiredForMs],
    );
  }
}
