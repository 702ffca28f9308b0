import { Module } from '@nestjs/common';

import { AccountClosingModule } from '../account-closing/account-closing.module.js';
import { AccountLocksModule } from '../account-locks/account-locks.module.js';
import { PagingModule } from '../paging/paging.module.js';
import { AdminAccountsController } from './admin-accounts.controller.js';
import { AdminAccountsRepository } from './admin-accounts.repository.js';
import { AdminAccountsService } from './admin-accounts.service.js';

/** What admins see and do. */
@Module({
  imports: [AccountClosingModule, AccountLocksModule, PagingModule],
  controllers: [AdminAccountsController],
  providers: [AdminAccountsRepository, AdminAccountsService],
})
export class AdministrationModule {}
