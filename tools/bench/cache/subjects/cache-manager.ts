import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { type OpenSubject, TTL_MS } from './subject.ts';

/** As Nest's documentation has it: Keyv's memory before Keyv's Redis. Its memory has no bound. */
export const open: OpenSubject = async ({ layers, redisUrl, prefix }) => {
  const stores = [
    ...(layers === 'redis' ? [] : [new Keyv()]),
    ...(layers === 'memory'
      ? []
      : [new Keyv({ store: new KeyvRedis(redisUrl), namespace: prefix })]),
  ];
  const cache = createCache({ stores, ttl: TTL_MS });
  return {
    getOrSet: async (key, load) => cache.wrap(key, async () => load()),
    set: async (key, account) => cache.set(key, account),
    close: async () => cache.disconnect(),
  };
};
