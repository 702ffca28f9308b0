import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Module } from '@nestjs/common';

import { AccountSessionsModule } from '../sessions/account-sessions.module.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { AccountLocks } from './account-locks.js';
import { AccountLocksRepository } from './account-locks.repository.js';

/** Locks of accounts, for signing in and for admins. */
@Module({
  imports: [AccountSessionsModule],
  providers: [
    AccountLocks,
    {
      provide: AccountLocksRepository,
      inject: [TransactionHost, USERS_CONFIG],
      useFactory: (
        transaction: TransactionHost<TransactionalAdapterTypeOrm>,
        { lockPolicy }: UsersConfig,
      ) => new AccountLocksRepository(transaction, lockPolicy),
    },
  ],
  exports: [AccountLocks, AccountLocksRepository],
})
export class AccountLocksModule {}
