import { Redis } from 'ioredis';
import type { Part } from '../frame/process-host.ts';
import { consuming, type LimitInput, WINDOW_MS } from './consuming.ts';

/** Counts in a fixed window, and nothing else. */
const COUNT = `
  local count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
  return count`;

export default async function start(input: LimitInput): Promise<Part> {
  const redis = new Redis(input.redisUrl, { enableAutoPipelining: true });
  const sha = String(await redis.script('LOAD', COUNT));
  const consume = async (key: string) =>
    Number(await redis.evalsha(sha, 1, `${input.prefix}:${key}`, WINDOW_MS)) <= input.limit;
  return { ...consuming(consume, input), stop: async () => redis.quit().then(() => undefined) };
}
