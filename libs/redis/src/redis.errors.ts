/** An option of this library is wrong. The message names it, what it got and what it takes. */
export class RedisOptionError extends Error {
  override readonly name = 'RedisOptionError';
  readonly code = 'redis_option';

  constructor(option: string, got: unknown, takes: string) {
    super(`${option}: got ${JSON.stringify(got) ?? String(got)}; takes ${takes}`);
  }
}

/** The server could not be reached, or did not answer within the deadline. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
  readonly code = 'redis_unavailable';

  /** @param address as `addressOf` tells it, never with credentials. */
  constructor(
    readonly address: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`Redis at ${address} ${reason}`, options);
  }
}

// ioredis has no classes for these: what it throws is recognised by its text.
const unavailableMessages = [
  'Command timed out',
  'Connection is closed.',
  "Stream isn't writeable and enableOfflineQueue options is false",
  'Command aborted due to connection close',
  "Cluster isn't ready and enableOfflineQueue options is false",
  'Cluster is ended.',
  'None of startup nodes is available',
];
const unavailableNames = new Set(['MaxRetriesPerRequestError', 'ClusterAllFailedError']);
const unavailableReplies = /^(LOADING|CLUSTERDOWN|MASTERDOWN|READONLY|TRYAGAIN|MOVED|ASK)\b/;
const unavailableCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);

/**
 * Whether a command failed because the server is away or too slow, rather than because the command
 * was wrong. Such a command may have run all the same: repeat it only when that does no harm.
 */
export function isRedisUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof RedisUnavailableError || unavailableNames.has(error.name)) return true;
  if ('code' in error && unavailableCodes.has(String(error.code))) return true;
  return unavailableMessages.includes(error.message) || unavailableReplies.test(error.message);
}
