import { TransactionHost } from '@nestjs-cls/transactional';
import { Injectable } from '@nestjs/common';

import { Admins } from '../account-closing/admins.js';
import { AccountLocks } from '../account-locks/account-locks.js';
import type { AccountRole } from '../accounts/account.entity.js';
import { AccountNotFoundError } from '../accounts/accounts.errors.js';
import { AdminAccountsRepository, type ListedAccount } from './admin-accounts.repository.js';

/** What admins do with accounts. */
@Injectable()
export class AdminAccountsService {
  constructor(
    private readonly accounts: AdminAccountsRepository,
    private readonly admins: Admins,
    private readonly locks: AccountLocks,
    private readonly transaction: TransactionHost,
  ) {}

  /** @throws AccountNotFoundError */
  async get(accountId: string): Promise<ListedAccount> {
    const account = await this.accounts.find(accountId);
    if (!account) throw new AccountNotFoundError(accountId);
    return account;
  }

  /**
   * Locks an account until then, or for ever: nobody signs in to it, and its sessions end.
   *
   * @throws AccountNotFoundError
   * @throws LastAdminError
   */
  async lock(accountId: string, until?: Date): Promise<ListedAccount> {
    await this.transaction.withTransaction(async () => {
      await this.admins.requireAnotherThan(accountId);
      await this.locks.lock(accountId, until === undefined ? {} : { until });
    });
    return this.get(accountId);
  }

  /** @throws AccountNotFoundError */
  async unlock(accountId: string): Promise<ListedAccount> {
    await this.locks.unlock(accountId);
    return this.get(accountId);
  }

  /**
   * The role counts here at once, and elsewhere as soon as access tokens are issued anew.
   *
   * @throws AccountNotFoundError
   * @throws LastAdminError
   */
  async setRole(accountId: string, role: AccountRole): Promise<ListedAccount> {
    await this.transaction.withTransaction(async () => {
      if (role !== 'admin') await this.admins.requireAnotherThan(accountId);
      const isThere = await this.accounts.setRole(accountId, role);
      if (!isThere) throw new AccountNotFoundError(accountId);
    });
    return this.get(accountId);
  }
}
