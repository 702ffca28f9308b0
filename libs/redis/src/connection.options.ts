import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';

import { RedisOptionError } from './redis.errors.js';
import { type Credentials, type Topology, addressOf, parseTopology } from './topology.js';

/** What TLS needs beyond the URL: `ca`, `cert`, `key`, `servername`, … as `node:tls` takes them. */
export type TlsOptions = Omit<TlsConnectionOptions, 'host' | 'port' | 'path' | 'socket'>;

/** How to reach one server, a cluster or a master that Sentinels watch; how long to wait for it. */
export interface ConnectionOptions {
  /**
   * One server: `redis://[user:password@]host[:port][/database]`. A cluster, by some of its nodes:
   * `redis+cluster://[user:password@]host[:port],…`. The master that Sentinels call `name`:
   * `redis+sentinel://[user:password@]host[:port],…/name[/database]`. With `rediss` in place of
   * `redis`: the same over TLS, to Sentinels too.
   */
  url: string;
  /** For a `rediss…` URL. Default: the authorities that Node trusts, and no certificate of its own. */
  tls?: TlsOptions;
  /** What the Sentinels themselves ask for. Default: no login. */
  sentinelCredentials?: Credentials;
  /** Shown by `CLIENT LIST`, so that an operator sees whose connection it is. No spaces. */
  name: string;
  /** Milliseconds until a command without an answer fails. Default 2000. */
  commandTimeoutMs?: number;
  /** Milliseconds until an attempt to connect is given up and tried again. Default 5000. */
  connectTimeoutMs?: number;
  /** Longest pause between two attempts to connect, in milliseconds; they never end. Default 2000. */
  maxReconnectDelayMs?: number;
  /**
   * Whether commands of one turn of the event loop travel together, which costs a single one a turn.
   * False for who batches by itself; of no effect on a cluster. Default true.
   */
  autoPipelining?: boolean;
  /**
   * Told of each failure of the connection itself (refused, reset, …); the commands in flight fail
   * by themselves. Default: nobody is told, and the client's `status` and events say the rest.
   */
  onError?: (error: Error) => void;
}

/** For a connection that waits for data, such as `XREADGROUP BLOCK`, and serves nothing else. */
export interface BlockingConnectionOptions extends ConnectionOptions {
  /** The longest BLOCK, in milliseconds, that commands on it ask for. Default 5000. */
  maxBlockMs?: number;
  /**
   * On a cluster: one of the keys that are waited for; all of them share its slot. The connection is
   * made to the node that serves it, and follows it. Needed there, and of no effect elsewhere.
   */
  key?: string;
}

export interface ResolvedConnectionOptions extends Required<
  Omit<BlockingConnectionOptions, 'tls' | 'key'>
> {
  readonly topology: Topology;
  /** Undefined without TLS. */
  readonly tls: TlsOptions | undefined;
  /** What may be shown of the URL. */
  readonly address: string;
}

/**
 * Fills in the defaults and checks the rest.
 *
 * @throws {RedisOptionError} in one line, naming the option, what it got and what it takes.
 */
export function resolveConnectionOptions({
  url,
  name,
  tls,
  sentinelCredentials = {},
  commandTimeoutMs = 2_000,
  connectTimeoutMs = 5_000,
  maxReconnectDelayMs = 2_000,
  maxBlockMs = 5_000,
  autoPipelining = true,
  onError = () => {},
}: BlockingConnectionOptions): ResolvedConnectionOptions {
  const topology = parseTopology(url);
  if (tls !== undefined && !topology.isTls) {
    throw new RedisOptionError(
      'tls',
      '(options)',
      'effect only with a url that begins with rediss',
    );
  }
  if (typeof name !== 'string' || !/^[\x21-\x7e]+$/.test(name)) {
    throw new RedisOptionError('name', name, 'printable characters without spaces');
  }
  const durations = { commandTimeoutMs, connectTimeoutMs, maxReconnectDelayMs, maxBlockMs };
  for (const [option, value] of Object.entries(durations)) requireMilliseconds(option, value);
  return {
    url,
    topology,
    address: addressOf(url),
    name,
    tls: topology.isTls ? (tls ?? {}) : undefined,
    sentinelCredentials,
    ...durations,
    autoPipelining,
    onError,
  };
}

function requireMilliseconds(option: string, value: unknown): void {
  if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > 2 ** 31 - 1) {
    throw new RedisOptionError(option, value, 'a whole number of milliseconds from 1');
  }
}
