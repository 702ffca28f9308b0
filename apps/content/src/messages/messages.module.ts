import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { getConnectionToken } from '@nestjs/mongoose';
import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterMongoose } from '@nestjs-cls/transactional-adapter-mongoose';
import {
  MessagingConnections,
  MessagingModule,
  MongoInbox,
  MongoOutboxStore,
  Outbox,
  OutboxModule,
  messagingMetrics,
  outboxMetrics,
} from '@trilith/messaging';
import { HealthRegistry, MessageContext, MetricsRegistry } from '@trilith/service';
import type { Connection } from 'mongoose';
import * as promClient from 'prom-client';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';
import { databaseOf } from '../database/connection.js';
import { Transactions } from '../database/transactions.js';

type MongoTransactionHost = TransactionHost<TransactionalAdapterMongoose>;

/**
 * How this service sends and receives messages. Imported after the database, so that it stops
 * before it: what is committed may be published until then.
 */
@Global()
@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [CONTENT_CONFIG, MessageContext, MetricsRegistry],
      useFactory: (
        { messaging }: ContentConfig,
        context: MessageContext,
        registry: MetricsRegistry,
      ) => ({
        redis: { url: messaging.url },
        prefix: messaging.prefix,
        service: 'content',
        subscribeTo: ['users', 'content'],
        context,
        observer: messagingMetrics(promClient, registry),
      }),
    }),
    OutboxModule.forRootAsync({
      inject: [getConnectionToken(), TransactionHost],
      useFactory: (connection: Connection, host: MongoTransactionHost) => ({
        store: new MongoOutboxStore({
          db: databaseOf(connection),
          current: () => host.tx ?? undefined,
        }),
      }),
    }),
  ],
  providers: [
    {
      provide: MongoInbox,
      inject: [getConnectionToken(), Transactions],
      useFactory: (connection: Connection, transactions: Transactions) =>
        new MongoInbox({
          db: databaseOf(connection),
          current: () => transactions.session,
          inTransaction: async (work) => transactions.run(work),
        }),
    },
  ],
  exports: [MongoInbox],
})
export class MessagesModule implements OnModuleInit {
  constructor(
    health: HealthRegistry,
    private readonly connections: MessagingConnections,
    outbox: Outbox,
    registry: MetricsRegistry,
  ) {
    health.register('redis', async (signal) => connections.ping(signal));
    outboxMetrics(promClient, { outbox, registry });
  }

  /** Connects before the relay and the first health check, which would find Redis away. */
  async onModuleInit(): Promise<void> {
    await this.connections.ready();
  }
}
