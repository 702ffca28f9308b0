import type { Redis } from 'ioredis';

/** What is in Redis below a prefix. */
export interface KeysFound {
  readonly all: number;
  /** Those that never expire. */
  readonly lasting: number;
}

export async function keysBelow(redis: Redis, prefix: string): Promise<KeysFound> {
  let all = 0;
  let lasting = 0;
  const stream = redis.scanStream({ match: `${prefix}*`, count: 1_000 });
  for await (const keys of stream as AsyncIterable<string[]>) {
    all += keys.length;
    const expiries = await Promise.all(keys.map(async (key) => redis.pttl(key)));
    lasting += expiries.filter((ms) => ms === -1).length;
  }
  return { all, lasting };
}
