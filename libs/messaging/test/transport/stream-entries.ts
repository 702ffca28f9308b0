import type { RedisClient } from '@trilith/redis';
import type { Redis } from 'ioredis';

/** The fields of every entry of the streams that a publisher's events lie in, however many it has. */
export async function eventEntries(
  redis: RedisClient,
  { prefix, publisher }: { prefix: string; publisher: string },
): Promise<Record<string, string | undefined>[]> {
  const streams = new Set<string>();
  // The tests' server is no cluster.
  const pages = (redis as Redis).scanStream({
    match: `${prefix}:*events:${publisher}*`,
    type: 'stream',
  });
  for await (const keys of pages) for (const key of keys as string[]) streams.add(key);
  const entries = await Promise.all([...streams].map(async (key) => redis.xrange(key, '-', '+')));
  return entries.flat().map(([, flat]) => asRecord(flat));
}

function asRecord(flat: readonly string[]): Record<string, string | undefined> {
  const pairs = flat.map((name, index) => [name, flat[index + 1]] as const);
  return Object.fromEntries(pairs.filter((_, index) => index % 2 === 0));
}
