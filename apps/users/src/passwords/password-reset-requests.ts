import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';

import { Mails } from '../mail/mails.js';

/** Takes requests for a new password. */
@Injectable()
export class PasswordResetRequests {
  constructor(
    private readonly mails: Mails,
    private readonly transaction: TransactionHost,
  ) {}

  /**
   * Does the same for every address, and so tells nobody which are known: whether there is an account is
   * looked up when the mail is to be sent.
   */
  async add(recipient: string): Promise<void> {
    await this.transaction.withTransaction(async () =>
      this.mails.add({ kind: 'reset_password', recipient }),
    );
  }
}
