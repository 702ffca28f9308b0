import { readFileSync } from 'node:fs';

import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Injectable } from '@nestjs/common';

import { Mail, type MailStatus } from './mail.entity.js';

const CLAIM = readFileSync(new URL('./claim-mail.sql', import.meta.url), 'utf8');
const BUSY_UNTIL = `
  SELECT claimed_until AS "until" FROM mails WHERE id = $1 AND status = 'waiting'`;
/**
 * By id where it is known, else the account that the address belongs to. An address that is to become an
 * account's and is another's already is left alone.
 */
const ADDRESSEE = `
  SELECT id AS "accountId", username FROM accounts
   WHERE (id = $1 OR ($1::uuid IS NULL AND email = $2)) AND erased_at IS NULL
     AND NOT ($3 = 'change_email' AND EXISTS (SELECT FROM accounts WHERE email = $2))`;
const FORGET = `
  DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE settled_at < $1 LIMIT $2)`;

/** A mail that this process has taken in hand. */
export type ClaimedMail = Pick<
  Mail,
  'id' | 'accountId' | 'recipient' | 'kind' | 'data' | 'attempts' | 'createdAt'
>;

/** Who a mail is for. */
export interface Addressee {
  readonly accountId: string;
  readonly username: string;
}

/** Queries on mails, inside the caller's transaction where there is one. */
@Injectable()
export class MailsRepository {
  constructor(private readonly transaction: TransactionHost<TransactionalAdapterTypeOrm>) {}

  async insert(
    mail: Pick<Mail, 'id' | 'accountId' | 'recipient' | 'kind' | 'data'>,
  ): Promise<void> {
    await this.mails.insert(mail);
  }

  /** Undefined when it is not to be sent any more, or somebody else is at it. */
  async claim(id: string, forMs: number): Promise<ClaimedMail | undefined> {
    const [rows] = await this.transaction.tx.query<[ClaimedMail[], number]>(CLAIM, [id, forMs]);
    return rows[0];
  }

  /** Until when somebody is at a mail that waits; undefined when it does not wait. */
  async busyUntil(id: string): Promise<Date | undefined> {
    const rows = await this.transaction.tx.query<{ until: Date | null }[]>(BUSY_UNTIL, [id]);
    return rows[0] && (rows[0].until ?? new Date());
  }

  async findAddressee({ accountId, recipient, kind }: ClaimedMail): Promise<Addressee | undefined> {
    const values = [accountId, recipient, kind];
    const rows = await this.transaction.tx.query<Addressee[]>(ADDRESSEE, values);
    return rows[0];
  }

  /** Ends a mail's way. */
  async settle(id: string, status: Exclude<MailStatus, 'waiting'>): Promise<void> {
    const settledAt = () => 'clock_timestamp()';
    await this.mails.update({ id, status: 'waiting' }, { status, settledAt });
  }

  /** Lets the next attempt take the mail. */
  async release(id: string): Promise<void> {
    await this.transaction.tx.query('UPDATE mails SET claimed_until = NULL WHERE id = $1', [id]);
  }

  /** Forgets mails that were settled before a time; tells how many. */
  async forget(before: Date, limit: number): Promise<number> {
    const [, forgotten] = await this.transaction.tx.query<[unknown[], number]>(FORGET, [
      before,
      limit,
    ]);
    return forgotten;
  }

  private get mails() {
    return this.transaction.tx.getRepository(Mail);
  }
}
