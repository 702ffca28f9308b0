import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { poolOf } from '../database/pool.js';
import { ReplicaReads } from '../database/replica-reads.js';
import { usersLocks } from '../locks/locks.module.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { AccountStatsKeeper } from './account-stats.keeper.js';
import { AccountStatsRefresher } from './account-stats.refresher.js';
import { ReportsController } from './reports.controller.js';
import { ReportsRepository } from './reports.repository.js';
import { ReportsService } from './reports.service.js';

/** What admins want to know of all accounts together. */
@Module({
  imports: [usersLocks],
  controllers: [ReportsController],
  providers: [
    ReportsService,
    AccountStatsRefresher,
    {
      provide: ReportsRepository,
      inject: [ReplicaReads, DataSource],
      useFactory: (replicas: ReplicaReads, dataSource: DataSource) =>
        new ReportsRepository(replicas, poolOf(dataSource)),
    },
    {
      provide: AccountStatsKeeper,
      inject: [AccountStatsRefresher, USERS_CONFIG],
      useFactory: (refresher: AccountStatsRefresher, { reports }: UsersConfig) =>
        new AccountStatsKeeper(refresher, reports.refreshEveryMs),
    },
  ],
})
export class ReportsModule {}
