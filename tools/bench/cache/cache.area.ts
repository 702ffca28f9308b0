import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Area } from '../frame/benchmark.ts';
import type { Place } from './cases.ts';
import { coldKey } from './cold-key.ts';
import { hits } from './hits.ts';
import { mixed } from './mixed.ts';
import { tags } from './tags.ts';

/** The cache in layers, against others in layers. */
export const cache: Area = {
  name: 'cache',
  stores: ['redis'],
  cases: async ({ env, atEnd }) => {
    const place = { redisUrl: env.REDIS_URL ?? '', prefix: `bench-${randomUUID().slice(0, 8)}` };
    atEnd(async () => removeAll(place));
    return [...hits(place), mixed(place), ...coldKey(place), ...tags(place)];
  },
};

async function removeAll({ redisUrl, prefix }: Place): Promise<void> {
  const redis = new Redis(redisUrl);
  try {
    for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
      if (keys.length > 0) await redis.unlink(keys as string[]);
    }
  } finally {
    redis.disconnect();
  }
}
