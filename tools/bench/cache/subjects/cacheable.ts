import KeyvRedis from '@keyv/redis';
import { Cacheable } from 'cacheable';
import { Keyv } from 'keyv';
import { type Account, type OpenSubject, TTL_MS } from './subject.ts';

const AT_ONCE = 500;

/** Its tags are switched on where they are measured: they cost each read. */
function opening(hasTags: boolean): OpenSubject {
  return async ({ layers, redisUrl, prefix }) => {
    const redis = () => new Keyv({ store: new KeyvRedis(redisUrl), namespace: prefix });
    const cache = new Cacheable({
      ...(layers === 'redis' && { primary: redis() }),
      ...(layers === 'both' && { secondary: redis() }),
      ttl: TTL_MS,
      tags: hasTags,
    });
    return {
      getOrSet: async (key, load) => required(await cache.getOrSet(key, async () => load())),
      set: async (key, account) => cache.set(key, account),
      setTagged: async (accounts, tag) => {
        const items = [...accounts].map(([key, value]) => ({ key, value, tags: [tag] }));
        for (let from = 0; from < items.length; from += AT_ONCE) {
          await cache.setMany(items.slice(from, from + AT_ONCE));
        }
      },
      get: async (key) => cache.get<Account>(key),
      deleteByTag: async (tag) => cache.tags.invalidateTag(tag),
      close: async () => cache.disconnect(),
    };
  };
}

function required(account: Account | undefined): Account {
  if (account === undefined) throw new Error('it swallowed an error');
  return account;
}

export const open = opening(false);
export const openTagged = opening(true);
