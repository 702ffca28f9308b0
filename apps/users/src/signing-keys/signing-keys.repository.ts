import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type Repository } from 'typeorm';

import { SigningKeyRecord } from './signing-key.entity.js';

/** Queries on the table `signing_keys`. */
@Injectable()
export class SigningKeysRepository {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  /** Lets one transaction at a time decide whether a key has to be made; readers go on. */
  async lockForWriting(): Promise<void> {
    await this.transaction.tx.query('LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE');
  }

  /** Every key that may have signed a token that is still valid, newest first. */
  findPublishable({ retiredAfter }: { retiredAfter: Date }): Promise<SigningKeyRecord[]> {
    return this.keys.find({
      where: [{ retiredAt: IsNull() }, { retiredAt: MoreThan(retiredAfter) }],
      order: { createdAt: 'DESC', kid: 'ASC' },
    });
  }

  async insert(key: Pick<SigningKeyRecord, 'kid' | 'publicJwk' | 'privateJwe'>): Promise<void> {
    await this.keys.insert(key);
  }

  private get keys(): Repository<SigningKeyRecord> {
    return this.transaction.tx.getRepository(SigningKeyRecord);
  }
}
