import type { Redis } from 'ioredis';

/** Keys of a type that start with the prefix. */
async function keysOf(redis: Redis, prefix: string, type?: 'stream'): Promise<string[]> {
  const keys = new Set<string>();
  let cursor = '0';
  do {
    const [next, some] = type
      ? await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000, 'TYPE', type)
      : await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000);
    for (const key of some) keys.add(key);
    cursor = next;
  } while (cursor !== '0');
  return [...keys];
}

/** Entries of all streams whose names start with the prefix. */
export async function entriesOf(redis: Redis, prefix: string): Promise<number> {
  const keys = await keysOf(redis, prefix, 'stream');
  const lengths = await Promise.all(keys.map(async (key) => redis.xlen(key)));
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** A round leaves nothing behind that a later one would have to carry. */
export async function removeKeys(redis: Redis, prefix: string): Promise<void> {
  const keys = await keysOf(redis, prefix);
  // A call takes only so many arguments.
  for (let from = 0; from < keys.length; from += 10_000) {
    await redis.unlink(...keys.slice(from, from + 10_000));
  }
}
