import { TransactionHost } from '@nestjs-cls/transactional';
import { Outbox } from '@trilith/messaging';

import { requestOf } from './mails.messages.js';
import { type ClaimedMail, MailsRepository } from './mails.repository.js';

/** When a mail that could not be sent is tried again; times in milliseconds. */
export interface MailRetries {
  /** After the first attempt; doubles with each further one, up to an hour. */
  readonly firstMs: number;
  /** From when a mail was asked for until it is given up. */
  readonly giveUpMs: number;
}

const MOST_MS = 3_600_000;
/** Over so long mails come back that found no place at the same time. */
const SPREAD_MS = 10_000;

/** When mails are tried again: by an event for later, which no process has to remember. */
export class MailSchedule {
  constructor(
    private readonly mails: MailsRepository,
    private readonly outbox: Outbox,
    private readonly transaction: TransactionHost,
    private readonly retries: MailRetries,
  ) {}

  /** Lets a mail that was just tried be tried again; false when it has been tried for long enough. */
  async retry({ id, attempts, createdAt }: ClaimedMail): Promise<boolean> {
    const { firstMs, giveUpMs } = this.retries;
    const waitMs = Math.min(firstMs * 2 ** (attempts - 1), MOST_MS) * (0.75 + Math.random() / 2);
    const at = Date.now() + waitMs;
    if (at > createdAt.getTime() + giveUpMs) return false;
    await this.transaction.withTransaction(async () => {
      await this.mails.release(id);
      await this.outbox.add(requestOf(id, new Date(at)));
    });
    return true;
  }

  /** Lets a mail be looked at again that nobody could try now. */
  async defer(mailId: string, until: Date): Promise<void> {
    const at = new Date(until.getTime() + Math.random() * SPREAD_MS);
    await this.transaction.withTransaction(async () => this.outbox.add(requestOf(mailId, at)));
  }
}
