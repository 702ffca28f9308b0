import { setImmediate } from 'node:timers/promises';

import { Redis, type RedisOptions } from 'ioredis';

import {
  type BlockingConnectionOptions,
  type ConnectionOptions,
  type ResolvedConnectionOptions,
  addressOf,
  resolveConnectionOptions,
} from './connection.options.js';
import { RedisUnavailableError, isRedisUnavailable } from './redis.errors.js';

/** A connection made by this library. */
export type RedisClient = Redis;

const firstReconnectDelayMs = 50;
const heartbeatMs = 5_000;
const heartbeats = new WeakMap<Redis, NodeJS.Timeout>();
const blockingClients = new WeakSet<Redis>();

/**
 * Opens a connection for ordinary commands; those of one tick travel together (auto-pipelining).
 *
 * No call hangs: a command fails when no answer came within `commandTimeoutMs`, at once while the
 * server is away, and at once when the connection breaks under it. In that last case it may have
 * run, and it is not sent again. The connection itself is tried again for ever.
 *
 * @throws {RedisOptionError} when an option is wrong.
 */
export function createRedis(given: ConnectionOptions): RedisClient {
  const options = resolveConnectionOptions(given);
  const client = connect(options, {
    commandTimeout: options.commandTimeoutMs,
    enableAutoPipelining: true,
  });
  replaceWhenSilent(client);
  return client;
}

/**
 * Opens a connection for commands that wait for data. Their deadline is `maxBlockMs` and
 * `commandTimeoutMs` together: call {@link reconnect} when it passes, for the connection is dead.
 *
 * @throws {RedisOptionError} when an option is wrong.
 */
export function createBlockingRedis(given: BlockingConnectionOptions): RedisClient {
  const options = resolveConnectionOptions(given);
  const client = connect(options, {
    commandTimeout: options.maxBlockMs + options.commandTimeoutMs,
  });
  blockingClients.add(client);
  return client;
}

/**
 * Waits until the connection is ready for commands.
 *
 * @throws {RedisUnavailableError} when it was not within the time, with the last failure as cause.
 */
export async function whenReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let lastError: Error | undefined;
  const onError = (error: Error) => (lastError = error);
  const giveUp = (reason: string) =>
    reject(new RedisUnavailableError(clientAddress(client), reason, { cause: lastError }));
  const onEnd = () => giveUp('was closed');
  const timer = setTimeout(() => {
    giveUp(`was not ready within ${timeoutMs} ms${lastError ? `: ${lastError.message}` : ''}`);
  }, timeoutMs);
  client.on('ready', resolve).on('error', onError).on('end', onEnd);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    client.off('ready', resolve).off('error', onError).off('end', onEnd);
  }
}

/**
 * Closes a connection for good: commands already sent are waited for, up to `timeoutMs` (default
 * 1000); a blocking read is cut off. Never throws, and may be called twice.
 */
export async function closeRedis(client: RedisClient, timeoutMs = 1_000): Promise<void> {
  clearInterval(heartbeats.get(client));
  const wasReady = client.status === 'ready';
  const isBlocking = blockingClients.has(client);
  const ended = new Promise((resolve) => client.once('end', resolve));
  if (wasReady && !isBlocking) {
    // Commands of this tick still wait for their pipeline: QUIT would overtake them.
    await setImmediate();
    await Promise.race([client.quit().catch(() => undefined), delay(timeoutMs)]);
  }
  if (client.status === 'end') return;
  client.disconnect();
  // A server that is busy blocking does not see the end of a connection: do not wait for its part.
  if (isBlocking) client.stream?.destroy();
  if (wasReady) await Promise.race([ended, delay(timeoutMs)]);
}

/** Replaces a connection that seems dead, failing what it has in flight. */
export function reconnect(client: RedisClient): void {
  if (client.status !== 'ready') return;
  client.disconnect(true);
  client.stream.destroy();
}

function connect(options: ResolvedConnectionOptions, more: RedisOptions): Redis {
  const client = new Redis(options.url, {
    connectionName: options.name,
    connectTimeout: options.connectTimeoutMs,
    keepAlive: 30_000,
    // A peer that does not answer a goodbye is not waited for; by default ioredis waits two seconds.
    disconnectTimeout: 200,
    // Together: a command neither waits for a server that is away nor is sent a second time.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // ioredis does not catch what its own resubscribing throws: see createSubscriber.
    autoResubscribe: false,
    retryStrategy: (attempt) => reconnectDelay(attempt, options.maxReconnectDelayMs),
    ...more,
  });
  // Any number of works may wait for it at the same time.
  return client.setMaxListeners(0).on('error', options.onError);
}

/**
 * A peer that vanished without a word leaves a connection that looks well: only the lack of an
 * answer tells. ioredis has a `socketTimeout` for this, whose timer outlives its connection and
 * then destroys the next one.
 */
function replaceWhenSilent(client: Redis): void {
  const timer = setInterval(() => {
    if (client.status !== 'ready') return;
    client.ping().catch((error: unknown) => {
      if (isRedisUnavailable(error)) reconnect(client);
    });
  }, heartbeatMs).unref();
  heartbeats.set(client, timer);
}

/** Doubles up to the bound; half of it random, so that a fleet does not come back in step. */
function reconnectDelay(attempt: number, maxDelayMs: number): number {
  const delayMs = Math.min(firstReconnectDelayMs * 2 ** Math.min(attempt - 1, 16), maxDelayMs);
  return Math.ceil(delayMs * (0.5 + Math.random() / 2));
}

function clientAddress({ options }: Redis): string {
  return addressOf(`redis://${options.host ?? 'localhost'}:${options.port ?? 6379}`);
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
