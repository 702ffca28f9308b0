import { Redis } from 'ioredis';

const TIMEOUT_MS = 2_000;

/** Asks a Redis-like server for its version. @throws when it does not answer within two seconds. */
export async function probeRedis(url: string): Promise<{ version: string; major: number }> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return parseInfo(await redis.info('server'));
  } finally {
    redis.disconnect();
  }
}

/** Valkey tells Redis's version, 7.2, for its compatibility, and its own beside it. */
function parseInfo(info: string): { version: string; major: number } {
  const field = (name: string) => new RegExp(`^${name}:(.+?)\r?$`, 'm').exec(info)?.[1];
  const redis = field('redis_version') ?? 'unknown';
  const valkey = field('valkey_version');
  return {
    version: valkey === undefined ? `Redis ${redis}` : `Valkey ${valkey}`,
    major: Number.parseInt(redis, 10),
  };
}
