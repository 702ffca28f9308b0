import type { DataSourceOptions } from 'typeorm';

import { Account } from '../accounts/account.entity.js';
import { Profile } from '../accounts/profile.entity.js';
import { SigningKeyRecord } from '../signing-keys/signing-key.entity.js';
import type { UsersConfig } from '../users.config.js';
import { SilentConnectionSubscriber } from './silent-connection.subscriber.js';

/** How much longer than the server we wait, so that normally the server is who ends a query. */
const ANSWER_GRACE_MS = 1_000;

/** One pool for everything, over tables that migrations made: TypeORM changes no schema here. */
export function dataSourceOptions(config: UsersConfig['database']): DataSourceOptions {
  return {
    type: 'postgres',
    url: config.url,
    entities: [Account, Profile, SigningKeyRecord],
    subscribers: [SilentConnectionSubscriber],
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    applicationName: 'trilith-users',
    connectTimeoutMS: config.connectTimeoutMs,
    poolSize: config.poolMax,
    extra: {
      min: config.poolMin,
      keepAlive: true,
      statement_timeout: config.statementTimeoutMs,
      query_timeout: config.statementTimeoutMs + ANSWER_GRACE_MS,
      idle_in_transaction_session_timeout: config.idleTransactionTimeoutMs,
      // Compiling plans pays for reports that run for seconds, and delays everything shorter.
      options: '-c jit=off',
    },
  };
}
