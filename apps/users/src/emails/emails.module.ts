import { Module } from '@nestjs/common';

import { AccountsModule } from '../accounts/accounts.module.js';
import { MailModule } from '../mail/mail.module.js';
import { OneTimeTokensModule } from '../one-time-tokens/one-time-tokens.module.js';
import { EmailsController } from './emails.controller.js';
import { EmailsService } from './emails.service.js';

/** E-mail addresses: confirming and changing them. */
@Module({
  imports: [AccountsModule, MailModule, OneTimeTokensModule],
  controllers: [EmailsController],
  providers: [EmailsService],
})
export class EmailsModule {}
