import { Injectable } from '@nestjs/common';
import { Outbox } from '@trilith/messaging';
import { v7 as uuidv7 } from 'uuid';

import type { MailKind } from './mail-texts.js';
import { requestOf } from './mails.messages.js';
import { MailsRepository } from './mails.repository.js';

/** A mail that somebody should get. */
export interface NewMail {
  readonly kind: MailKind;
  readonly recipient: string;
  /** Undefined where only the address is known, which may be nobody's. */
  readonly accountId?: string;
  /** What the text takes besides the username. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Takes mails that are to be sent. */
@Injectable()
export class Mails {
  constructor(
    private readonly mails: MailsRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Inside a transaction: the mail is sent if, and only if, that commits. */
  async add({ kind, recipient, accountId, data = {} }: NewMail): Promise<void> {
    const id = uuidv7();
    await this.mails.insert({ id, kind, recipient, accountId: accountId ?? null, data });
    await this.outbox.add(requestOf(id));
  }
}
