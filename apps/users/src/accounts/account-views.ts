import { Injectable } from '@nestjs/common';
import { TieredCache, defineKey } from '@trilith/cache';

import { AccountNotFoundError } from './accounts.errors.js';
import { AccountsRepository } from './accounts.repository.js';
import { type AccountView, toAccountView } from './dto/account.dto.js';

const viewKey = defineKey<AccountView | null>()('account', (accountId: string) => accountId);

const timing = {
  ttlMs: 60_000,
  // Served when the database is away, and while a newer one is read.
  graceMs: 600_000,
  earlyRefresh: 0.8,
  // Ids are guessed in any number: each costs the database one query a second at most.
  negativeTtlMs: 1_000,
};

/** What accounts show to everybody, kept for all replicas until it changes. */
@Injectable()
export class AccountViews {
  constructor(
    private readonly cache: TieredCache,
    private readonly accounts: AccountsRepository,
  ) {}

  /** @throws AccountNotFoundError */
  async get(accountId: string): Promise<AccountView> {
    const view = await this.cache.getOrSet(
      viewKey(accountId),
      async () => {
        const account = await this.accounts.findById(accountId);
        return account && toAccountView(account);
      },
      timing,
    );
    if (view === null) throw new AccountNotFoundError(accountId);
    return view;
  }

  /** To be called when a change of the account is committed, or a new account. */
  async forget(accountId: string): Promise<void> {
    await this.cache.delete(viewKey(accountId));
  }
}
