import { type Act, PUBLISHER } from './acts.ts';
import { withRedis } from './connection.ts';

/** The acts among the dead letters of a service. */
export async function deadActs(redisUrl: string, service: string): Promise<Act[]> {
  // Where they are is told by the library's readme, under "In Redis".
  const key = `trilith:{events:${PUBLISHER}}:dead:${service}`;
  const entries = await withRedis(redisUrl, async (redis) => redis.xrange(key, '-', '+'));
  return entries.map(([, fields]) => {
    return JSON.parse(fields[fields.indexOf('payload') + 1] ?? '') as Act;
  });
}
