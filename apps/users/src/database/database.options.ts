import pg, { type PoolConfig } from 'pg';
import type { DataSourceOptions } from 'typeorm';

import { Account } from '../accounts/account.entity.js';
import { Profile } from '../accounts/profile.entity.js';
import { Erasure } from '../erasures/erasure.entity.js';
import { Mail } from '../mail/mail.entity.js';
import { OneTimeTokenRecord } from '../one-time-tokens/one-time-token.entity.js';
import type { UsersConfig } from '../users.config.js';
import { PreparingClient } from './preparing-client.js';
import { SilentConnectionSubscriber } from './silent-connection.subscriber.js';

type DatabaseConfig = UsersConfig['database'];

/** How much longer than the server we wait, so that normally the server is who ends a query. */
const ANSWER_GRACE_MS = 1_000;
const APPLICATION_NAME = 'trilith-users';

/** One pool for everything, over tables that migrations made: TypeORM changes no schema here. */
export function dataSourceOptions(config: DatabaseConfig): DataSourceOptions {
  return {
    type: 'postgres',
    url: config.url,
    entities: [Account, Profile, Mail, OneTimeTokenRecord, Erasure],
    subscribers: [SilentConnectionSubscriber],
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    applicationName: APPLICATION_NAME,
    connectTimeoutMS: config.connectTimeoutMs,
    poolSize: config.poolMax,
    extra: { min: config.poolMin, ...sessionSettings(config) },
  };
}

/** A pool beside that one, to another server or past a pooler, under the same rules. */
export function openPool(
  url: string,
  config: DatabaseConfig,
  size: Pick<PoolConfig, 'min' | 'max'>,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: APPLICATION_NAME,
    connectionTimeoutMillis: config.connectTimeoutMs,
    ...size,
    ...sessionSettings(config),
  });
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

function sessionSettings(config: DatabaseConfig): PoolConfig {
  return {
    Client: config.preparedStatements ? PreparingClient : pg.Client,
    keepAlive: true,
    statement_timeout: config.statementTimeoutMs,
    query_timeout: config.statementTimeoutMs + ANSWER_GRACE_MS,
    idle_in_transaction_session_timeout: config.idleTransactionTimeoutMs,
    // Compiling plans pays for reports that run for seconds, and delays everything shorter.
    options: '-c jit=off',
  };
}
