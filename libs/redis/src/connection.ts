import type { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';

import { Cluster, Redis, type RedisCommander } from 'ioredis';

import { ClusterClient } from './cluster/cluster-client.js';
import {
  type BlockingConnectionOptions,
  type ConnectionOptions,
  type ResolvedConnectionOptions,
  resolveConnectionOptions,
} from './connection.options.js';
import { openConnection } from './open-connection.js';
import { whenSilent } from './reconnecting.js';
import { RedisOptionError, RedisUnavailableError } from './redis.errors.js';

/** What a connection to one server and one to a cluster have in common: every command of Redis. */
export interface RedisClient
  extends RedisCommander, Pick<Redis, 'pipeline' | 'multi' | 'quit'>, EventEmitter {
  /** `ready` when commands can be sent, `end` when it is closed for good. */
  readonly status: string;
  /** Rather use {@link closeRedis}, or {@link reconnect} in place of `disconnect(true)`. */
  disconnect(reconnect?: boolean): void;
}

interface Opened {
  readonly address: string;
  readonly options: ResolvedConnectionOptions;
  readonly isBlocking: boolean;
  readonly heartbeat: NodeJS.Timeout | undefined;
}

const opened = new WeakMap<RedisClient, Opened>();
/** Closed by {@link closeRedis}: the status of ioredis does not always say so. */
const closed = new WeakSet<object>();
/** A cluster says `close` as well: each node that ends after the last one sets its status again. */
const betweenAttempts: ReadonlySet<RedisClient['status']> = new Set(['reconnecting', 'close']);

/**
 * Opens a connection for ordinary commands; those of one turn of the event loop travel together.
 *
 * No call hangs: a command fails when no answer came within `commandTimeoutMs`, at once while the
 * server is away, and at once when the connection breaks under it. In that last case it may have
 * run, and it is not sent again. The connection itself is tried again for ever. To a master that
 * Sentinels watch, or to the nodes of a cluster, it follows every failover.
 *
 * @throws {RedisOptionError} when an option is wrong.
 */
export function createRedis(given: ConnectionOptions): RedisClient {
  const options = resolveConnectionOptions(given);
  const { topology, address, onError, autoPipelining } = options;
  if (topology.kind !== 'cluster') return connect(options, undefined, { autoPipelining });
  const cluster: RedisClient = new ClusterClient(topology, options);
  opened.set(cluster, { address, options, isBlocking: false, heartbeat: undefined });
  return cluster.setMaxListeners(0).on('error', onError);
}

/**
 * Opens a connection for commands that wait for data. Their deadline is `maxBlockMs` and
 * `commandTimeoutMs` together: call {@link reconnect} when it passes, for the connection is dead.
 *
 * @throws {RedisOptionError} when an option is wrong, or a cluster is given without a `key`.
 */
export function createBlockingRedis(given: BlockingConnectionOptions): Redis {
  const options = resolveConnectionOptions(given);
  if (options.topology.kind === 'cluster' && given.key === undefined) {
    throw new RedisOptionError('key', given.key, 'a key that is waited for: a slot has one node');
  }
  return connect(options, given.key, { isBlocking: true });
}

/** For {@link createSubscriber}: on a cluster to any node, for each hears what is published. */
export function createListeningRedis(given: ConnectionOptions): Redis {
  return connect(resolveConnectionOptions(given), undefined, {});
}

/** For {@link createSubscriberBeside}: undefined where nobody knows how the client is connected. */
export function createListeningRedisBeside(client: object): RedisClient | undefined {
  const known = opened.get(client as RedisClient);
  if (known) return connect(known.options, undefined, {});
  if (!(client instanceof Redis || client instanceof Cluster)) return undefined;
  // Whoever waits for a subscription does it for as long as it takes.
  const duplicate: RedisClient =
    client instanceof Cluster
      ? client.duplicate()
      : client.duplicate({ enableAutoPipelining: false, lazyConnect: false });
  return duplicate.setMaxListeners(0).on('error', () => {});
}

/**
 * Waits until the connection is ready for commands.
 *
 * @throws {RedisUnavailableError} when it was not within the time, with the last failure as cause.
 */
export async function whenReady(client: RedisClient, timeoutMs: number): Promise<void> {
  if (client.status === 'ready') return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const address = opened.get(client)?.address ?? 'its address';
  let lastError: Error | undefined;
  const onError = (error: Error) => (lastError = error);
  const giveUp = (reason: string) =>
    reject(new RedisUnavailableError(address, reason, { cause: lastError }));
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
  const { isBlocking = false, heartbeat } = opened.get(client) ?? {};
  clearInterval(heartbeat);
  const wasReady = client.status === 'ready';
  const ended = new Promise((resolve) => client.once('end', resolve));
  if (wasReady && !isBlocking) {
    // Commands of this tick still wait for their pipeline: QUIT would overtake them.
    await setImmediate();
    await Promise.race([client.quit().catch(() => undefined), delay(timeoutMs)]);
  }
  if (isClosed(client)) return;
  const isBetweenAttempts = betweenAttempts.has(client.status);
  closed.add(client);
  client.disconnect();
  // ioredis tells the end of a connection that it has: between two attempts to connect it has none.
  if (isBetweenAttempts) client.emit('end');
  // A server that is busy blocking does not see the end of a connection: do not wait for its part.
  if (isBlocking) destroyStream(client);
  if (wasReady) await Promise.race([ended, delay(timeoutMs)]);
}

/** Whether it is closed for good. */
export function isClosed(client: object): boolean {
  return (client as Partial<RedisClient>).status === 'end' || closed.has(client);
}

/** Replaces a connection that seems dead, failing what it has in flight. */
export function reconnect(client: RedisClient): void {
  if (client.status !== 'ready') return;
  client.disconnect(true);
  destroyStream(client);
}

function connect(
  options: ResolvedConnectionOptions,
  key: string | undefined,
  { isBlocking = false, autoPipelining = false },
): Redis {
  const { address, onError } = options;
  const client = openConnection(options, key, {
    commandTimeout: options.commandTimeoutMs + (isBlocking ? options.maxBlockMs : 0),
    enableAutoPipelining: autoPipelining,
  });
  const heartbeat = isBlocking ? undefined : whenSilent(client, () => reconnect(client));
  opened.set(client, { address, options, isBlocking, heartbeat });
  // Any number of works may wait for it at the same time.
  return client.setMaxListeners(0).on('error', onError);
}

function destroyStream(client: RedisClient): void {
  if (!(client instanceof Cluster)) (client as Redis).stream?.destroy();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
