import type { RedisOptions } from 'ioredis';

import type { ResolvedConnectionOptions } from './connection.options.js';

/** What every connection is made with, whatever its topology. */
export function clientOptions({ name, connectTimeoutMs, tls }: ResolvedConnectionOptions) {
  return {
    connectionName: name,
    connectTimeout: connectTimeoutMs,
    keepAlive: 30_000,
    // A peer that does not answer a goodbye is not waited for; by default ioredis waits two seconds.
    disconnectTimeout: 200,
    // Together: a command neither waits for a server that is away nor is sent a second time.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // ioredis does not catch what its own resubscribing throws: see createSubscriber.
    autoResubscribe: false,
    ...(tls && { tls }),
  } satisfies RedisOptions;
}
