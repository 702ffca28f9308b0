import { Module } from '@nestjs/common';

import { AccountsModule } from '../accounts/accounts.module.js';
import { AccountSessionsModule } from '../sessions/account-sessions.module.js';
import { Admins } from './admins.js';
import { ClosingAccounts } from './closing-accounts.js';
import { DeactivationController } from './deactivation.controller.js';

/** Accounts that go out of use. */
@Module({
  imports: [AccountsModule, AccountSessionsModule],
  controllers: [DeactivationController],
  providers: [Admins, ClosingAccounts],
  exports: [Admins, ClosingAccounts],
})
export class AccountClosingModule {}
