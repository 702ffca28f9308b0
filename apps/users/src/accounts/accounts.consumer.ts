import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { accountUpdated, getAccount, type PayloadOf, type PublicAccount } from '@trilith/contracts';
import { Respond, Subscribe } from '@trilith/messaging';

import { AccountViews } from './account-views.js';

/** What other services ask about accounts, and what this one hears of its own. */
@Controller()
export class AccountsConsumer {
  constructor(private readonly views: AccountViews) {}

  @Respond(getAccount)
  async get({ accountId }: PayloadOf<typeof getAccount>): Promise<PublicAccount> {
    const account = await this.views.get(accountId);
    const { username, displayName, avatarUrl, preferences, version } = account;
    return { accountId, username, displayName, avatarUrl, preferences, version };
  }

  /** A second time after whoever changed it: that process may have died right after its commit. */
  @Subscribe(accountUpdated)
  async onUpdated(@Payload() { accountId }: PublicAccount): Promise<void> {
    await this.views.forget(accountId);
  }
}
