import { TransactionHost } from '@nestjs-cls/transactional';
import { Module } from '@nestjs/common';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { AccountSessions } from './account-sessions.js';
import { SessionsRepository } from './sessions.repository.js';

/** The sessions that there are, for whoever has to end some: knows nothing of signing in. */
@Module({
  providers: [
    AccountSessions,
    {
      provide: SessionsRepository,
      inject: [TransactionHost, USERS_CONFIG],
      useFactory: (
        transaction: TransactionHost<TransactionalAdapterTypeOrm>,
        { sessions }: UsersConfig,
      ) => new SessionsRepository(transaction, sessions),
    },
  ],
  exports: [AccountSessions, SessionsRepository],
})
export class AccountSessionsModule {}
