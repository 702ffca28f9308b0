import type { Redis } from 'ioredis';
import { PUBLISHER } from './acts.ts';

/** How many events a service has left undone, as Redis tells of its group: in hand or not yet read. */
export async function backlog(redis: Redis, service: string): Promise<number> {
  const counts = await Promise.all(
    (await streams(redis)).map(async (stream) => {
      const groups = (await redis.call('XINFO', 'GROUPS', stream)) as (string | number)[][];
      const group = groups.map(record).find(({ name }) => name === service);
      return Number(group?.['pending'] ?? 0) + Number(group?.['lag'] ?? 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The streams of events, however many there are: their names are told by the library's readme. */
async function streams(redis: Redis): Promise<string[]> {
  const found = new Set<string>();
  const match = `trilith:{events:${PUBLISHER}}*`;
  for await (const keys of redis.scanStream({ match, type: 'stream', count: 1_000 })) {
    for (const key of keys as string[]) if (!key.includes(':dead:')) found.add(key);
  }
  return [...found];
}

function record(reply: readonly (string | number)[]): Record<string, string | number | undefined> {
  const pairs = Array.from({ length: reply.length / 2 }, (_, pair) => {
    return [reply[2 * pair], reply[2 * pair + 1]] as const;
  });
  return Object.fromEntries(pairs);
}
