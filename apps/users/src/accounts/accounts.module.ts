import { Module } from '@nestjs/common';

import { CredentialsModule } from '../credentials/credentials.module.js';
import { MailModule } from '../mail/mail.module.js';
import { AccountViews } from './account-views.js';
import { AccountsConsumer } from './accounts.consumer.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountsService } from './accounts.service.js';
import { CurrentPassword } from './current-password.js';
import { SignUpService } from './sign-up.service.js';

/** Accounts: signing up, looking at them, changing the own one. */
@Module({
  imports: [CredentialsModule, MailModule],
  controllers: [AccountsController, AccountsConsumer],
  providers: [AccountsService, SignUpService, AccountsRepository, AccountViews, CurrentPassword],
  exports: [AccountsRepository, AccountsService, AccountViews, CurrentPassword],
})
export class AccountsModule {}
