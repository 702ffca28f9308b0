import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';

import type { Account } from '../accounts/account.entity.js';
import { AccountNotFoundError } from '../accounts/accounts.errors.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { Mails } from '../mail/mails.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.js';
import { OneTimeTokenInvalidError } from '../one-time-tokens/one-time-tokens.errors.js';
import { EmailUnchangedError, EmailVerifiedError } from './emails.errors.js';

/** Rules of the e-mail address: it counts when a code that was sent to it came back. */
@Injectable()
export class EmailsService {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly tokens: OneTimeTokens,
    private readonly mails: Mails,
    private readonly transaction: TransactionHost,
  ) {}

  /**
   * Sends the mail that confirms the address once more.
   *
   * @throws AccountNotFoundError
   * @throws EmailVerifiedError
   */
  async requestVerification(accountId: string): Promise<void> {
    await this.changing(accountId, async ({ email: recipient, emailVerifiedAt }) => {
      if (emailVerifiedAt !== null) throw new EmailVerifiedError();
      await this.mails.add({ kind: 'verify_email', recipient, accountId });
    });
  }

  /**
   * Asks the new address for confirmation, and tells the old one. Whether the new one belongs to somebody
   * is told to nobody: it gets no mail then.
   *
   * @throws AccountNotFoundError
   * @throws EmailUnchangedError
   */
  async requestChange(accountId: string, newEmail: string): Promise<void> {
    await this.changing(accountId, async ({ email }) => {
      if (email === newEmail) throw new EmailUnchangedError();
      // What was asked for before is not wanted any more.
      await this.tokens.end(accountId, ['change_email']);
      await this.mails.add({ kind: 'change_email', recipient: newEmail, accountId });
      const notice = { kind: 'email_change_requested', data: { newEmail } } as const;
      await this.mails.add({ ...notice, recipient: email, accountId });
    });
  }

  /**
   * Takes the code of either mail.
   *
   * @throws OneTimeTokenInvalidError
   * @throws EmailTakenError when the new address became somebody else's in between
   */
  async confirm(token: string): Promise<void> {
    await this.transaction.withTransaction(async () => {
      const redeemed = await this.tokens.redeem(token, ['verify_email', 'change_email']);
      const { accountId, purpose, email } = redeemed;
      const account = await this.accounts.findByIdForUpdate(accountId);
      if (!account) throw new OneTimeTokenInvalidError();
      if (purpose === 'change_email') return this.change(account, email);
      // Sent to an address that the account has no more, it says nothing about the present one.
      if (account.email !== email) throw new OneTimeTokenInvalidError();
      await this.accounts.markEmailVerified(accountId);
    });
  }

  private async change({ id: accountId, email }: Account, newEmail: string): Promise<void> {
    await this.accounts.replaceEmail(accountId, newEmail);
    await this.tokens.end(accountId, ['verify_email', 'change_email', 'reset_password']);
    const notice = { kind: 'email_changed', data: { newEmail } } as const;
    await this.mails.add({ ...notice, recipient: email, accountId });
  }

  private async changing(
    accountId: string,
    work: (account: Account) => Promise<void>,
  ): Promise<void> {
    await this.transaction.withTransaction(async () => {
      const account = await this.accounts.findByIdForUpdate(accountId);
      if (!account) throw new AccountNotFoundError(accountId);
      await work(account);
    });
  }
}
