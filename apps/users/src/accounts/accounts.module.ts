import { Module } from '@nestjs/common';

import { CredentialsModule } from '../credentials/credentials.module.js';
import { AccountViews } from './account-views.js';
import { AccountsConsumer } from './accounts.consumer.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';

/** Accounts: signing up, looking at them, changing the own one. */
@Module({
  imports: [CredentialsModule],
  controllers: [AccountsController, AccountsConsumer],
  providers: [AccountsService, AccountsRepository, AccountViews],
  exports: [AccountsRepository, AccountViews],
})
export class AccountsModule {}
