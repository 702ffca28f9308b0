import { Controller } from '@nestjs/common';
import { getAccount, type PayloadOf, type PublicAccount } from '@trilith/contracts';
import { Respond } from '@trilith/messaging';

import { toPublicAccount } from './accounts.messages.js';
import { AccountsService } from './accounts.service.js';

/** What other services ask about accounts. */
@Controller()
export class AccountsConsumer {
  constructor(private readonly accounts: AccountsService) {}

  @Respond(getAccount)
  async get({ accountId }: PayloadOf<typeof getAccount>): Promise<PublicAccount> {
    return toPublicAccount(await this.accounts.get(accountId));
  }
}
