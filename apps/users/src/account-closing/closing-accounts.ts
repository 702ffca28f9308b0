import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';

import { AccountNotFoundError } from '../accounts/accounts.errors.js';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { AccountSessions } from '../sessions/account-sessions.js';
import { Admins } from './admins.js';

/** Takes accounts out of use, by their owners' will. */
@Injectable()
export class ClosingAccounts {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly admins: Admins,
    private readonly sessions: AccountSessions,
    private readonly transaction: TransactionHost,
  ) {}

  /**
   * Hides the account and ends its sessions, until its owner signs in again.
   *
   * @throws AccountNotFoundError
   * @throws LastAdminError
   */
  async deactivate(accountId: string): Promise<void> {
    await this.transaction.withTransaction(async () => {
      await this.admins.requireAnotherThan(accountId);
      const isThere = await this.accounts.markDeactivated(accountId);
      if (!isThere) throw new AccountNotFoundError(accountId);
      await this.sessions.endSessions(accountId);
    });
  }

  /**
   * Hides the account for ever: no password opens it, and no code.
   *
   * @param unusableHash of a password that nobody has
   * @throws AccountNotFoundError
   * @throws LastAdminError
   */
  async markErased(accountId: string, unusableHash: string): Promise<void> {
    await this.transaction.withTransaction(async () => {
      await this.admins.requireAnotherThan(accountId);
      const isThere = await this.accounts.markErased(accountId, unusableHash);
      if (!isThere) throw new AccountNotFoundError(accountId);
      await this.sessions.endSessions(accountId);
    });
  }
}
