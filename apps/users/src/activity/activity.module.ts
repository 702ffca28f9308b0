import { Module } from '@nestjs/common';
import { LockManager } from '@trilith/locks';
import { DataSource } from 'typeorm';

import { poolOf } from '../database/pool.js';
import { SessionPool } from '../database/session-pool.js';
import { usersLocks } from '../locks/locks.module.js';
import { PagingModule } from '../paging/paging.module.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { ActivityPartitionsKeeper } from './activity-partitions.keeper.js';
import { ActivityWriter } from './activity-writer.js';
import { ActivityConsumer } from './activity.consumer.js';
import { ActivityController } from './activity.controller.js';
import { ActivityRepository } from './activity.repository.js';
import { ActivityService } from './activity.service.js';
import { MonthlyPartitions } from './monthly-partitions.js';

/** What accounts did, in a table with a partition for each month. */
@Module({
  imports: [usersLocks, PagingModule],
  controllers: [ActivityController, ActivityConsumer],
  providers: [
    ActivityService,
    {
      provide: ActivityWriter,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new ActivityWriter(poolOf(dataSource)),
    },
    {
      // The primary: what somebody has just done is there when he looks.
      provide: ActivityRepository,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new ActivityRepository(poolOf(dataSource)),
    },
    {
      provide: ActivityPartitionsKeeper,
      inject: [SessionPool, LockManager, USERS_CONFIG],
      useFactory: ({ pool }: SessionPool, locks: LockManager, { activity }: UsersConfig) =>
        new ActivityPartitionsKeeper(
          new MonthlyPartitions({ pool, table: 'activity_events', ...activity }),
          locks,
        ),
    },
  ],
  exports: [ActivityWriter],
})
export class ActivityModule {}
