import { TieredCache } from '@trilith/cache';
import { type Account, MEMORY_ENTRIES, type OpenSubject, TTL_MS } from './subject.ts';

/** Patient: a benchmark fills more at once than any service, and no outage is measured here. */
const PATIENT = { commandTimeoutMs: 30_000, startTimeoutMs: 30_000 };
const AT_ONCE = 500;

/** Ours, frozen values. */
export const open: OpenSubject = async ({ layers, redisUrl, prefix }) => {
  const cache = new TieredCache({
    name: 'bench',
    memory: layers !== 'redis' && { maxEntries: MEMORY_ENTRIES },
    ...(layers !== 'memory' && { redis: { url: redisUrl, prefix, ...PATIENT } }),
    defaults: { ttlMs: TTL_MS, memoryTtlMs: TTL_MS },
  });
  await cache.whenSynced();
  return {
    getOrSet: async (key, load) => cache.getOrSet(key, load),
    peek: (key) => cache.peek<Account>(key),
    set: async (key, account) => cache.set(key, account),
    setTagged: async (accounts, tag) => {
      const entries = [...accounts];
      for (let from = 0; from < entries.length; from += AT_ONCE) {
        await cache.setMany(entries.slice(from, from + AT_ONCE), { tags: [tag] });
      }
    },
    get: async (key) => cache.get<Account>(key),
    deleteByTag: async (tag) => cache.deleteByTag(tag),
    close: async () => cache.close(),
  };
};
