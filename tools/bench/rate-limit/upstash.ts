import { createHash } from 'node:crypto';
import { Ratelimit } from '@upstash/ratelimit';
import type { Redis as UpstashRedis } from '@upstash/redis';
import { Redis } from 'ioredis';
import { type Consume, type LimitInput, WINDOW_MS } from './consuming.ts';

export interface UpstashLimiter {
  readonly consume: Consume;
  readonly stop: () => Promise<void>;
}

/** Its sliding window, whose client speaks HTTP to a service, over ioredis with auto-pipelining. */
export function upstashLimiter(
  { redisUrl, prefix, limit }: LimitInput,
  { ephemeralCache }: { ephemeralCache: Map<string, number> | false },
): UpstashLimiter {
  const redis = new Redis(redisUrl, { enableAutoPipelining: true });
  const limiter = new Ratelimit({
    // Of its own client's 200 commands it calls these for decisions.
    redis: scriptsOver(redis) as unknown as UpstashRedis,
    limiter: Ratelimit.slidingWindow(limit, `${WINDOW_MS} ms`),
    prefix,
    ephemeralCache,
    timeout: 30_000,
  });
  return {
    consume: async (key) => (await limiter.limit(key)).success,
    stop: async () => redis.quit().then(() => undefined),
  };
}

/** Its scripts begin with a flag that no server but Upstash's knows: they run without that line. */
function scriptsOver(redis: Redis) {
  const known = new Map<string, string>();
  return {
    eval: async (script: string, keys: string[], args: unknown[]) => {
      const lua = script.replace(/^#!.*\n/, '');
      known.set(sha1(script), sha1(lua));
      return redis.eval(lua, keys.length, ...keys, ...args.map(String));
    },
    evalsha: async (sha: string, keys: string[], args: unknown[]) =>
      redis.evalsha(known.get(sha) ?? sha, keys.length, ...keys, ...args.map(String)),
  };
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
