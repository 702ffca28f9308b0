import { Module } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { DataSource } from 'typeorm';

import { poolOf } from '../database/pool.js';
import { usersLocks } from '../locks/locks.module.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { ActivityPartitionsKeeper } from './activity-partitions.keeper.js';
import { MonthlyPartitions } from './monthly-partitions.js';

/** What accounts did, in a table with a partition for each month. */
@Module({
  imports: [usersLocks],
  providers: [
    {
      provide: ActivityPartitionsKeeper,
      inject: [DataSource, LockManager, USERS_CONFIG],
      useFactory: (dataSource: DataSource, locks: LockManager, { activity }: UsersConfig) =>
        new ActivityPartitionsKeeper(
          new MonthlyPartitions({
            pool: poolOf(dataSource),
            table: 'activity_events',
            ...activity,
          }),
          locks,
        ),
    },
  ],
})
export class ActivityModule {}
