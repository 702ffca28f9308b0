import type { Redis } from 'ioredis';
import { PUBLISHER } from './acts.ts';

/** How many entries the streams of events hold together, dead letters aside. */
export async function streamLength(redis: Redis): Promise<number> {
  const keys: string[] = [];
  // However many there are for one publisher: their names are told by the library's readme.
  const match = `trilith:{events:${PUBLISHER}}*`;
  for await (const found of redis.scanStream({ match, type: 'stream', count: 1_000 })) {
    keys.push(...(found as string[]).filter((key) => !key.includes(':dead:')));
  }
  const lengths = await Promise.all([...new Set(keys)].map(async (key) => redis.xlen(key)));
  return lengths.reduce((sum, length) => sum + length, 0);
}
