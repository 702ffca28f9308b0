import { addressOf, closeRedis, createRedis, whenReady } from '@trilith/redis';

import { MessagingAdmin } from '../admin/messaging-admin.js';
import type { PayloadCodec } from '../transport/payload-codec.js';
import { UsageError } from './exit-code.js';
import type { Terminal } from './terminal.js';

/** What every command takes. */
export interface CommonOptions {
  readonly prefix: string;
  readonly json?: boolean;
  /** What payloads may be written with, besides JSON. */
  readonly codecs?: readonly PayloadCodec[];
}

const CONNECT_MS = 5_000;

/** @throws {UsageError} when the environment does not say where Redis is. */
export function redisUrl(env: NodeJS.ProcessEnv): string {
  const url = env['MESSAGING_REDIS_URL'] || env['REDIS_URL'];
  if (url) return url;
  throw new UsageError('MESSAGING_REDIS_URL or REDIS_URL must say where Redis is.');
}

/**
 * Opens a connection, does the work and closes it.
 *
 * @throws {UsageError} when no address is given.
 * @throws {RedisOptionError} when it is none.
 * @throws {RedisUnavailableError} when the server is away.
 */
export async function withAdmin<T>(
  { env }: Terminal,
  { prefix, codecs }: CommonOptions,
  work: (admin: MessagingAdmin, address: string) => Promise<T>,
): Promise<T> {
  const url = redisUrl(env);
  const redis = createRedis({ url, name: 'trilith-messages', commandTimeoutMs: 10_000 });
  try {
    await whenReady(redis, CONNECT_MS);
    return await work(new MessagingAdmin({ redis, prefix, codecs }), addressOf(url));
  } finally {
    await closeRedis(redis);
  }
}
