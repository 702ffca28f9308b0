import { Global, Module } from '@nestjs/common';
import { getConnectionToken, MongooseModule } from '@nestjs/mongoose';
import { ClsPluginTransactional } from '@nestjs-cls/transactional';
import { TransactionalAdapterMongoose } from '@nestjs-cls/transactional-adapter-mongoose';
import { ClsModule } from 'nestjs-cls';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';
import { connectionOptions } from './connection.js';
import { DatabaseHealth } from './database.health.js';
import { Transactions } from './transactions.js';

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
  providers: [Transactions, DatabaseHealth],
  exports: [Transactions],
})
export class DatabaseModule {}
