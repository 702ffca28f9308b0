import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { Redis } from 'ioredis';
import { type Account, MEMORY_ENTRIES, type OpenSubject, TTL_MS } from './subject.ts';

const AT_ONCE = 500;

/** With the bus where there are two layers, as its documentation has it. */
function opening(memoryOptions: { serialize: boolean }): OpenSubject {
  return async ({ layers, redisUrl, prefix }) => {
    const { hostname: host, port } = new URL(redisUrl);
    const connection = new Redis(redisUrl, { enableAutoPipelining: true });
    let store = bentostore();
    if (layers !== 'redis') {
      store = store.useL1Layer(memoryDriver({ maxItems: MEMORY_ENTRIES, ...memoryOptions }));
    }
    if (layers !== 'memory') store = store.useL2Layer(redisDriver({ connection }));
    if (layers === 'both') {
      store = store.useBus(redisBusDriver({ connection: { host, port: Number(port) } }));
    }
    const bento = new BentoCache({
      default: 'bench',
      prefix,
      ttl: TTL_MS,
      stores: { bench: store },
    });
    return {
      getOrSet: async (key, load) => bento.getOrSet<Account>({ key, factory: load }),
      set: async (key, value) => bento.set({ key, value }),
      setTagged: async (accounts, tag) => {
        const entries = [...accounts];
        for (let from = 0; from < entries.length; from += AT_ONCE) {
          const part = entries.slice(from, from + AT_ONCE);
          await Promise.all(
            part.map(async ([key, value]) => bento.set({ key, value, tags: [tag] })),
          );
        }
      },
      get: async (key) => (await bento.get<Account>({ key })) ?? undefined,
      deleteByTag: async (tag) => bento.deleteByTag({ tags: [tag] }),
      close: async () => {
        await bento.disconnectAll();
        connection.disconnect();
      },
    };
  };
}

export const open = opening({ serialize: true });
export const openUnserialized = opening({ serialize: false });
