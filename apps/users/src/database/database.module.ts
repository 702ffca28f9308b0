import { ClsPluginTransactional } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ClsModule } from 'nestjs-cls';
import { DataSource } from 'typeorm';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { DatabaseHealth } from './database.health.js';
import { dataSourceOptions } from './database.options.js';
import { openDatabase } from './open-database.js';

/**
 * PostgreSQL: the pool, transactions and readiness. Whoever needs a transaction injects
 * `TransactionHost` rather than using `@Transactional()`, which would take the connection of whatever
 * application was built last in this process.
 */
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
  providers: [DatabaseHealth],
})
export class DatabaseModule {}
