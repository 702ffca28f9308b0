import { Module } from '@nestjs/common';

import { AccountLocksModule } from '../account-locks/account-locks.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { CredentialsModule } from '../credentials/credentials.module.js';
import { MailModule } from '../mail/mail.module.js';
import { OneTimeTokensModule } from '../one-time-tokens/one-time-tokens.module.js';
import { PasswordChangeService } from './password-change.service.js';
import { PasswordReplacement } from './password-replacement.js';
import { PasswordResetRequests } from './password-reset-requests.js';
import { PasswordResetService } from './password-reset.service.js';
import { PasswordsController } from './passwords.controller.js';

/** Passwords: changing them, and choosing one anew. */
@Module({
  imports: [AccountLocksModule, AccountsModule, CredentialsModule, MailModule, OneTimeTokensModule],
  controllers: [PasswordsController],
  providers: [
    PasswordChangeService,
    PasswordReplacement,
    PasswordResetRequests,
    PasswordResetService,
  ],
})
export class PasswordsModule {}
