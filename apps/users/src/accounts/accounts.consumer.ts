import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getAccount, type PayloadOf, type PublicAccount } from '@trilith/contracts';

import { toPublicAccount } from './accounts.messages.js';
import { AccountsService } from './accounts.service.js';

/** What other services ask about accounts. */
@Controller()
export class AccountsConsumer {
  constructor(private readonly accounts: AccountsService) {}

  @MessagePattern(getAccount.name)
  async get(
    @Payload({ schema: getAccount.schema }) { accountId }: PayloadOf<typeof getAccount>,
  ): Promise<PublicAccount> {
    return toPublicAccount(await this.accounts.get(accountId));
  }
}
