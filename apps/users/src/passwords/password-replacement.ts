import { Injectable } from '@nestjs/common';

import { AccountLocks } from '../account-locks/account-locks.js';
import type { Account } from '../accounts/account.entity.js';
import { AccountsRepository, type Credentials } from '../accounts/accounts.repository.js';
import { Mails } from '../mail/mails.js';
import { OneTimeTokenInvalidError } from '../one-time-tokens/one-time-tokens.errors.js';
import { OneTimeTokens, type RedeemedToken } from '../one-time-tokens/one-time-tokens.js';

/** Stores new passwords, with all that has to follow; inside the caller's transaction. */
@Injectable()
export class PasswordReplacement {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly tokens: OneTimeTokens,
    private readonly mails: Mails,
    private readonly locks: AccountLocks,
  ) {}

  /**
   * False when the password was changed since it was checked.
   *
   * @param except the session of who changes it, which goes on
   */
  async change(known: Credentials, passwordHash: string, except?: string): Promise<boolean> {
    const isReplaced = await this.accounts.replacePasswordHash(known, passwordHash);
    const account = isReplaced ? await this.accounts.findById(known.accountId) : null;
    if (account) await this.follow(account, except);
    return account !== null;
  }

  /**
   * For who has shown to read the mail of an address, which is confirmed by that.
   *
   * @throws OneTimeTokenInvalidError when it is not the account's address any more
   */
  async reset({ accountId, email }: RedeemedToken, passwordHash: string): Promise<void> {
    const account = await this.accounts.findByIdForUpdate(accountId);
    if (account?.email !== email) throw new OneTimeTokenInvalidError();
    await this.accounts.setPasswordHash(accountId, passwordHash);
    await this.accounts.markEmailVerified(accountId);
    await this.follow(account);
  }

  private async follow({ id: accountId, email }: Account, except?: string): Promise<void> {
    await this.locks.passwordReplaced(accountId, except);
    await this.tokens.end(accountId, ['reset_password']);
    await this.mails.add({ kind: 'password_changed', recipient: email, accountId });
  }
}
