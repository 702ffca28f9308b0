import { Injectable } from '@nestjs/common';
import { TieredCache, defineKey } from '@trilith/cache';

import { AccountNotFoundError } from './accounts.errors.js';
import { AccountsRepository } from './accounts.repository.js';
import { type AccountView, toAccountView } from './dto/account.dto.js';
import type { Preferences } from '../profiles/dto/preferences.js';

/** The preferences are for services alone: what answers everybody leaves them out by its schema. */
export type KeptAccount = AccountView & { readonly preferences: Preferences };

/** Another name for another form, or the views that releases before have kept would be shown. */
const viewKey = defineKey<KeptAccount | null>()('account-2', (accountId: string) => accountId);

const timing = {
  ttlMs: 60_000,
  // Served when the database is away, and while a newer one is read.
  graceMs: 600_000,
  earlyRefresh: 0.8,
  // Ids are guessed in any number: each costs the database one query a second at most.
  negativeTtlMs: 1_000,
};

/** What accounts show to everybody, and their preferences for the other services; kept for all replicas until it changes. */
@Injectable()
export class AccountViews {
  constructor(
    private readonly cache: TieredCache,
    private readonly accounts: AccountsRepository,
  ) {}

  /** @throws AccountNotFoundError */
  async get(accountId: string): Promise<KeptAccount> {
    const view = await this.cache.getOrSet(
      viewKey(accountId),
      async () => {
        const account = await this.accounts.findById(accountId);
        // Closed by its owner, it is there for nobody else.
        if (!account || account.deactivatedAt !== null) return null;
        return { ...toAccountView(account), preferences: account.profile.preferences };
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
