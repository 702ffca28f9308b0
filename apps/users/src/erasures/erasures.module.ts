import { Module } from '@nestjs/common';
import { LockManager } from '@trilith/locks';

import { AccountClosingModule } from '../account-closing/account-closing.module.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { usersLocks } from '../locks/locks.module.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { AccountEraser } from './account-eraser.js';
import { ErasuresConsumer } from './erasures.consumer.js';
import { ErasuresController } from './erasures.controller.js';
import { ErasuresKeeper } from './erasures.keeper.js';
import { ErasuresRepository } from './erasures.repository.js';
import { ErasuresService } from './erasures.service.js';

/** People who want to be forgotten, by every service. */
@Module({
  imports: [AccountsModule, AccountClosingModule, usersLocks],
  controllers: [ErasuresController, ErasuresConsumer],
  providers: [
    ErasuresService,
    ErasuresRepository,
    AccountEraser,
    {
      provide: ErasuresKeeper,
      inject: [ErasuresService, ErasuresRepository, LockManager, USERS_CONFIG],
      useFactory: (
        service: ErasuresService,
        repository: ErasuresRepository,
        locks: LockManager,
        { erasures }: UsersConfig,
      ) => new ErasuresKeeper(service, repository, locks, erasures.askAgainMs),
    },
  ],
})
export class ErasuresModule {}
