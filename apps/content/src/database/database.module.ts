import { Global, Module } from '@nestjs/common';
import { getConnectionToken, InjectConnection, MongooseModule } from '@nestjs/mongoose';
import { ClsPluginTransactional } from '@nestjs-cls/transactional';
import { TransactionalAdapterMongoose } from '@nestjs-cls/transactional-adapter-mongoose';
import { HealthRegistry } from '@trilith/service';
import type { Connection } from 'mongoose';
import { ClsModule } from 'nestjs-cls';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';
import { connectionOptions, databaseOf } from './connection.js';
import { Transactions } from './transactions.js';

const PING_TIMEOUT_MS = 1_000;

const transactional = new ClsPluginTransactional({
  adapter: new TransactionalAdapterMongoose({
    mongooseConnectionToken: getConnectionToken(),
    defaultTxOptions: {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
      readPreference: 'primary',
    },
  }),
});

/** The connection to MongoDB and transactions on it. */
@Global()
@Module({
  imports: [
    MongooseModule.forRootAsync({
      inject: [CONTENT_CONFIG],
      useFactory: ({ database }: ContentConfig) => connectionOptions(database),
    }),
    ClsModule.registerPlugins([transactional]),
  ],
  providers: [Transactions],
  exports: [Transactions],
})
export class DatabaseModule {
  constructor(health: HealthRegistry, @InjectConnection() connection: Connection) {
    health.register('mongodb', async () => {
      await databaseOf(connection).command({ ping: 1 }, { timeoutMS: PING_TIMEOUT_MS });
    });
  }
}
