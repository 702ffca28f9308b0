import { RedisOptionError } from './redis.errors.js';

/** How to reach a server, and how long to wait for it. */
export interface ConnectionOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. */
  url: string;
  /** Shown by `CLIENT LIST`, so that an operator sees whose connection it is. No spaces. */
  name: string;
  /** Milliseconds until a command without an answer fails. Default 2000. */
  commandTimeoutMs?: number;
  /** Milliseconds until an attempt to connect is given up and tried again. Default 5000. */
  connectTimeoutMs?: number;
  /** Longest pause between two attempts to connect, in milliseconds; they never end. Default 2000. */
  maxReconnectDelayMs?: number;
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
}

export type ResolvedConnectionOptions = Required<BlockingConnectionOptions>;

/**
 * Fills in the defaults and checks the rest.
 *
 * @throws {RedisOptionError} in one line, naming the option, what it got and what it takes.
 */
export function resolveConnectionOptions({
  url,
  name,
  commandTimeoutMs = 2_000,
  connectTimeoutMs = 5_000,
  maxReconnectDelayMs = 2_000,
  maxBlockMs = 5_000,
  onError = () => {},
}: BlockingConnectionOptions): ResolvedConnectionOptions {
  requireUrl(url);
  if (typeof name !== 'string' || !/^[\x21-\x7e]+$/.test(name)) {
    throw new RedisOptionError('name', name, 'printable characters without spaces');
  }
  const durations = { commandTimeoutMs, connectTimeoutMs, maxReconnectDelayMs, maxBlockMs };
  for (const [option, value] of Object.entries(durations)) requireMilliseconds(option, value);
  return { url, name, ...durations, onError };
}

/** `host:port` of a URL, for messages: credentials stay out. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname || 'localhost'}:${port || 6379}`;
}

function requireUrl(url: unknown): void {
  const isUrl = typeof url === 'string' && URL.canParse(url);
  if (isUrl && ['redis:', 'rediss:'].includes(new URL(url).protocol)) return;
  // Not even part of it is shown: it may hold a password.
  const shown = typeof url === 'string' ? '(no URL of Redis)' : url;
  throw new RedisOptionError(
    'url',
    shown,
    'redis://[user:password@]host[:port][/database] or rediss://…',
  );
}

function requireMilliseconds(option: string, value: unknown): void {
  if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > 2 ** 31 - 1) {
    throw new RedisOptionError(option, value, 'a whole number of milliseconds from 1');
  }
}
