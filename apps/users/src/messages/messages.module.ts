import { TransactionHost } from '@nestjs-cls/transactional';
import type { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Module } from '@nestjs/common';
import { MessagingModule, OutboxModule, PostgresOutboxStore } from '@trilith/messaging';
import { MessageContext } from '@trilith/service';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';
import { MessagingHealth } from './messaging.health.js';

/** Messages: requests that others make here, and events through the outbox in PostgreSQL. */
@Module({
  imports: [
    MessagingModule.forRootAsync({
      inject: [USERS_CONFIG, MessageContext],
      useFactory: ({ messaging: { url, prefix } }: UsersConfig, context: MessageContext) => ({
        redis: { url },
        service: 'users',
        prefix,
        context,
      }),
    }),
    OutboxModule.forRootAsync({
      inject: [DataSource, TransactionHost],
      useFactory: (dataSource: DataSource, transaction: Transaction) => ({
        store: new PostgresOutboxStore({
          pool: poolOf(dataSource),
          current: () => currentQuery(transaction),
        }),
      }),
    }),
  ],
  providers: [MessagingHealth],
})
export class MessagesModule {}

type Transaction = TransactionHost<TransactionalAdapterTypeOrm>;

/** The pool that TypeORM opened: the outbox needs no connections of its own. */
function poolOf({ driver }: DataSource): Pool {
  return (driver as unknown as { master: Pool }).master;
}

function currentQuery(transaction: Transaction) {
  if (!transaction.isTransactionActive()) return undefined;
  return (sql: string, parameters: unknown[]) => transaction.tx.query<unknown>(sql, parameters);
}
