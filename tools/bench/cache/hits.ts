import type { BenchCase } from '../frame/benchmark.ts';
import { caseOf, only, type Place, type Work } from './cases.ts';
import { bentocache, bentocacheUnserialized, cacheable, cacheManager, lruCache } from './peers.ts';

const KEYS = 1_000;
const CALLS = { memory: 100_000, peek: 1_000_000, one: 1_500, many: 15_000 };
/** Until the code is compiled. */
const WARM_UP = { memory: 3, peek: 3, one: 8 };
const TARGETS = { memoryHit: 5, peek: 1 / 1.3, one: 1 / 1.15, many: 0.9 };

type Asked = Pick<Work, 'label' | 'layers' | 'round'> & { readonly warmUps?: number };

/** Fills a thousand keys first. */
function filled(place: Place, { warmUps = 1, ...asked }: Asked): Work {
  return {
    ...asked,
    place,
    prepare: async (processes) => {
      await only(processes).call('fill', { keys: KEYS });
      for (let time = 0; time < warmUps; time += 1) await asked.round(processes, 0);
    },
  };
}

/** Reads that find what they look for. */
export function hits(place: Place): BenchCase[] {
  return [memoryHit(place), peek(place), oneInFlight(place), manyInFlight(place)];
}

function memoryHit(place: Place): BenchCase {
  const ask = { keys: KEYS, inFlight: 1, calls: CALLS.memory };
  return caseOf(
    { title: 'memory hit, getOrSet', unit: 'reads/s', better: 'higher' },
    filled(place, {
      label: 'memory',
      layers: 'memory',
      warmUps: WARM_UP.memory,
      round: async (processes) => only(processes).call('hits', ask),
    }),
    [
      { ...bentocache, target: TARGETS.memoryHit },
      { ...bentocacheUnserialized, target: TARGETS.memoryHit },
      cacheable,
      { ...cacheManager, differs: `parses JSON at each hit; ${cacheManager.differs}` },
      { ...lruCache, differs: `${lruCache.differs}, in an async function` },
    ],
  );
}

function peek(place: Place): BenchCase {
  return caseOf(
    { title: 'memory hit, peek', unit: 'reads/s', better: 'higher' },
    filled(place, {
      label: 'peek',
      layers: 'memory',
      warmUps: WARM_UP.peek,
      round: async (processes) => only(processes).call('peeks', { keys: KEYS, calls: CALLS.peek }),
    }),
    [{ ...lruCache, target: TARGETS.peek }],
  );
}

function oneInFlight(place: Place): BenchCase {
  return caseOf(
    { title: 'Redis hit, 1 in flight', unit: 'µs at the median', better: 'lower' },
    filled(place, {
      label: 'one',
      layers: 'redis',
      warmUps: WARM_UP.one,
      round: async (processes) => only(processes).call('delay', { keys: KEYS, calls: CALLS.one }),
    }),
    [
      {
        who: 'floor-unpipelined',
        name: 'GET + JSON.parse',
        target: TARGETS.one,
        differs: 'bare ioredis: no deadline, no marks, no check of what it reads',
      },
      bentocache,
      cacheable,
      cacheManager,
    ],
  );
}

function manyInFlight(place: Place): BenchCase {
  const ask = { keys: KEYS, inFlight: 64, calls: CALLS.many };
  return caseOf(
    { title: 'Redis hit, 64 in flight', unit: 'reads/s', better: 'higher' },
    filled(place, {
      label: 'many',
      layers: 'redis',
      round: async (processes) => only(processes).call('hits', ask),
    }),
    [
      {
        who: 'floor',
        name: 'GET + JSON.parse',
        target: TARGETS.many,
        differs:
          'bare ioredis with auto-pipelining: no deadline, no marks, no check of what it reads',
      },
      { ...bentocache, differs: `over ioredis with auto-pipelining, too; ${bentocache.differs}` },
      cacheable,
      cacheManager,
    ],
  );
}
