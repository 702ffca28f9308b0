import { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { type Account, MEMORY_ENTRIES, type OpenSubject, TTL_MS } from './subject.ts';

const AT_ONCE = 500;

/** lru-cache alone, or the bare driver: it neither coalesces nor protects, invalidates nor times out. */
function opening({ enableAutoPipelining }: { enableAutoPipelining: boolean }): OpenSubject {
  return async ({ layers, redisUrl, prefix }) => {
    const memory = new LRUCache<string, Account>({
      max: layers === 'redis' ? 1 : MEMORY_ENTRIES,
    });
    const redis = new Redis(redisUrl, { enableAutoPipelining });
    const read = async (key: string) => {
      const text = layers === 'memory' ? null : await redis.get(`${prefix}:${key}`);
      return text === null ? undefined : (JSON.parse(text) as Account);
    };
    const set = async (key: string, account: Account) => {
      if (layers !== 'redis') memory.set(key, account);
      if (layers === 'memory') return;
      await redis.set(`${prefix}:${key}`, JSON.stringify(account), 'PX', TTL_MS);
    };
    return {
      getOrSet: async (key, load) => {
        const kept = layers === 'redis' ? undefined : memory.get(key);
        if (kept !== undefined) return kept;
        const found = await read(key);
        if (found !== undefined) {
          if (layers === 'both') memory.set(key, found);
          return found;
        }
        const account = await load();
        await set(key, account);
        return account;
      },
      peek: (key) => memory.get(key),
      set,
      setTagged: async (accounts, tag) => {
        const entries = [...accounts];
        for (let from = 0; from < entries.length; from += AT_ONCE) {
          const part = entries.slice(from, from + AT_ONCE);
          await Promise.all(part.map(async ([key, account]) => set(key, account)));
          await redis.sadd(`${prefix}#${tag}`, ...part.map(([key]) => `${prefix}:${key}`));
        }
      },
      get: read,
      deleteByTag: async (tag) => {
        const keys = await redis.smembers(`${prefix}#${tag}`);
        for (let from = 0; from < keys.length; from += AT_ONCE) {
          await redis.unlink(...keys.slice(from, from + AT_ONCE));
        }
        await redis.del(`${prefix}#${tag}`);
      },
      close: async () => redis.disconnect(),
    };
  };
}

export const open = opening({ enableAutoPipelining: true });
export const openUnpipelined = opening({ enableAutoPipelining: false });
