import { ClsPluginTransactional } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ClsModule } from 'nestjs-cls';
import { DataSource } from 'typeorm';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { DatabaseHealth } from './database.health.js';
import { dataSourceOptions, openPool } from './database.options.js';
import { openDatabase } from './open-database.js';
import { poolOf } from './pool.js';
import { ReplicaReads } from './replica-reads.js';
import { SessionPool } from './session-pool.js';

/** Maintenance goes step by step; one more connection listens for commits. */
const SESSIONS = { min: 0, max: 4 };

/**
 * PostgreSQL: the pool, transactions and readiness. Whoever needs a transaction injects
 * `TransactionHost` rather than using `@Transactional()`, which would take the connection of whatever
 * application was built last in this process.
 */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [USERS_CONFIG],
      // A boot without its database ends at once, and whoever runs the service starts it again.
      useFactory: ({ database }: UsersConfig) => ({
        ...dataSourceOptions(database),
        toRetry: () => false,
      }),
      dataSourceFactory: openDatabase,
    }),
    ClsModule.registerPlugins([
      new ClsPluginTransactional({
        adapter: new TransactionalAdapterTypeOrm({ dataSourceToken: DataSource }),
      }),
    ]),
  ],
  providers: [
    DatabaseHealth,
    {
      provide: ReplicaReads,
      inject: [DataSource, USERS_CONFIG],
      useFactory: (dataSource: DataSource, { database }: UsersConfig) => {
        const size = { min: database.poolMin, max: database.poolMax };
        const pools = database.replicaUrls.map((url) => openPool(url, database, size));
        return new ReplicaReads(poolOf(dataSource), pools);
      },
    },
    {
      provide: SessionPool,
      inject: [DataSource, USERS_CONFIG],
      useFactory: (dataSource: DataSource, { database }: UsersConfig) => {
        const { directUrl } = database;
        return new SessionPool(
          poolOf(dataSource),
          directUrl === undefined ? undefined : openPool(directUrl, database, SESSIONS),
        );
      },
    },
  ],
  exports: [ReplicaReads, SessionPool],
})
export class DatabaseModule {}
