import type { MongooseModuleFactoryOptions } from '@nestjs/mongoose';
import type { Connection, mongo } from 'mongoose';

import type { ContentConfig } from '../content.config.js';

const SERVER_SELECTION_TIMEOUT_MS = 3_000;
const POOL_WAIT_MS = 2_000;

/** The database of a connection that is open. */
export function databaseOf({ db }: Connection): mongo.Db {
  if (db === undefined) throw new Error('the connection to MongoDB is not open yet');
  return db;
}

/** How this service talks to MongoDB: nothing waits without end, nothing is created on the way. */
export function connectionOptions(config: ContentConfig['database']): MongooseModuleFactoryOptions {
  return {
    uri: config.url,
    appName: 'content',
    // The service starts only after the database answered: what is away later is a fast 503.
    retryAttempts: 1,
    bufferCommands: false,
    serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    connectTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    waitQueueTimeoutMS: POOL_WAIT_MS,
    // Above the longest query, which the server ends by itself: this is for a server gone silent.
    socketTimeoutMS: 2 * config.queryTimeoutMs,
    maxPoolSize: config.poolMax,
    // Schemas only cast: collections and indexes are made by migrations.
    autoCreate: false,
    autoIndex: false,
    // Operators in a filter must be marked as ours (`trusted`); others are compared as values.
    sanitizeFilter: true,
    w: 'majority',
    connectionFactory: (connection: Connection) => {
      connection.set('maxTimeMS', config.queryTimeoutMs);
      return connection;
    },
  };
}
