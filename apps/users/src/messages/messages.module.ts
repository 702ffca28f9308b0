import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Module } from '@nestjs/common';
import {
  MessagingModule,
  Outbox,
  OutboxModule,
  PostgresOutboxStore,
  messagingMetrics,
  outboxMetrics,
} from '@trilith/messaging';
import { MessageContext, MetricsRegistry } from '@trilith/service';
import * as promClient from 'prom-client';
import { DataSource } from 'typeorm';

import { poolOf } from '../database/pool.js';
import { SessionPool } from '../database/session-pool.js';
import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { MessagingHealth } from './messaging.health.js';

/** Messages: requests that others make here, and events through the outbox in PostgreSQL. */
@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [USERS_CONFIG, MessageContext, MetricsRegistry],
      useFactory: (
        { messaging: { url, prefix } }: UsersConfig,
        context: MessageContext,
        registry: MetricsRegistry,
      ) => ({
        redis: { url },
        service: 'users',
        // Its own, too: what changed is forgotten in the cache, and is activity; and all that tell when
        // they have erased an account.
        subscribeTo: ['users', 'content', 'analytics'],
        prefix,
        context,
        observer: messagingMetrics(promClient, registry),
      }),
    }),
    OutboxModule.forRootAsync({
      inject: [DataSource, TransactionHost, SessionPool],
      useFactory: (dataSource: DataSource, transaction: Transaction, { direct }: SessionPool) => ({
        store: new PostgresOutboxStore({
          pool: poolOf(dataSource),
          ...(direct && { listener: direct }),
          current: () => currentQuery(transaction),
        }),
      }),
    }),
  ],
  providers: [MessagingHealth],
})
export class MessagesModule {
  constructor(outbox: Outbox, registry: MetricsRegistry) {
    outboxMetrics(promClient, { outbox, registry });
  }
}

type Transaction = TransactionHost<TransactionalAdapterTypeOrm>;

function currentQuery(transaction: Transaction) {
  if (!transaction.isTransactionActive()) return undefined;
  return (sql: string, parameters: unknown[]) => transaction.tx.query<unknown>(sql, parameters);
}
