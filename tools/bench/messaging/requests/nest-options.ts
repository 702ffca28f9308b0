import type { RedisOptions } from '@nestjs/microservices';

/** Nest's transport takes the parts of an address, not a URL. */
export function nestRedisOptions(redisUrl: string): NonNullable<RedisOptions['options']> {
  const { hostname, port, username, password } = new URL(redisUrl);
  return {
    host: hostname,
    port: Number(port || 6379),
    username: username || undefined,
    password: password || undefined,
  };
}
