import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, In, IsNull, LessThan, MoreThan } from 'typeorm';

import { hashOfToken, TokenMint, type TokenPurpose } from './one-time-token.js';
import { OneTimeTokenRecord } from './one-time-token.entity.js';
import { OneTimeTokenInvalidError } from './one-time-tokens.errors.js';

/** What a token is made for. */
export interface TokenGrant {
  /** Of the mail that will carry it. */
  readonly id: string;
  readonly accountId: string;
  readonly purpose: TokenPurpose;
  readonly email: string;
  readonly expiresAt: Date;
}

/** What a good token says. */
export type RedeemedToken = Pick<OneTimeTokenRecord, 'accountId' | 'purpose' | 'email'>;

/** Tokens that prove, once, that somebody reads the mail of an address. */
@Injectable()
export class OneTimeTokens {
  constructor(
    private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>,
    private readonly mint: TokenMint,
  ) {}

  /**
   * The token of a mail, the same each time. It replaces older ones of its purpose; undefined when it
   * was used already, or replaced itself by the token of a newer mail that was faster.
   */
  async issue(grant: TokenGrant): Promise<string | undefined> {
    const { id, accountId, purpose } = grant;
    const token = this.mint.make(id, purpose);
    const ofPurpose = { accountId, purpose };
    if (await this.records.existsBy({ ...ofPurpose, id: MoreThan(id) })) return undefined;
    const record = { ...grant, tokenHash: hashOfToken(token) };
    await this.records.createQueryBuilder().insert().values(record).orIgnore().execute();
    await this.markUsed({ ...ofPurpose, id: LessThan(id) });
    return (await this.records.existsBy({ id, usedAt: IsNull() })) ? token : undefined;
  }

  /**
   * Looks at a token without using it: for what has to be done before, and takes long.
   *
   * @throws OneTimeTokenInvalidError
   */
  async peek(token: string, purposes: readonly TokenPurpose[]): Promise<RedeemedToken> {
    const found = await this.records.findOneBy(this.isGood(token, purposes));
    if (!found) throw new OneTimeTokenInvalidError();
    return found;
  }

  /**
   * Uses a token. Of those who present it at the same time one gets through.
   *
   * @throws OneTimeTokenInvalidError
   */
  async redeem(token: string, purposes: readonly TokenPurpose[]): Promise<RedeemedToken> {
    const { raw } = await this.records
      .createQueryBuilder()
      .update()
      .set({ usedAt: () => 'clock_timestamp()' })
      .where(this.isGood(token, purposes))
      .returning(['accountId', 'purpose', 'email'])
      .execute();
    const [row] = raw as { account_id: string; purpose: TokenPurpose; email: string }[];
    if (!row) throw new OneTimeTokenInvalidError();
    return { accountId: row.account_id, purpose: row.purpose, email: row.email };
  }

  /** Makes all of an account's tokens of these purposes worthless. */
  async end(accountId: string, purposes: readonly TokenPurpose[]): Promise<void> {
    await this.markUsed({ accountId, purpose: In(purposes) });
  }

  /** Forgets tokens that ended before a time. */
  async forget(before: Date): Promise<void> {
    await this.records.delete({ expiresAt: LessThan(before) });
  }

  private async markUsed(where: FindOptionsWhere<OneTimeTokenRecord>): Promise<void> {
    const usedAt = () => 'clock_timestamp()';
    await this.records.update({ ...where, usedAt: IsNull() }, { usedAt });
  }

  private isGood(token: string, purposes: readonly TokenPurpose[]) {
    const opened = purposes
      .map((purpose) => ({ purpose, id: this.mint.open(token, purpose) }))
      .find(({ id }) => id !== undefined);
    if (opened?.id === undefined) throw new OneTimeTokenInvalidError();
    return {
      id: opened.id,
      purpose: opened.purpose,
      tokenHash: hashOfToken(token),
      usedAt: IsNull(),
      expiresAt: MoreThan(new Date()),
    };
  }

  private get records() {
    return this.transaction.tx.getRepository(OneTimeTokenRecord);
  }
}
