import type { BenchCase } from '../frame/benchmark.ts';
import { caseOf, only, type Place } from './cases.ts';
import { bentocache, cacheable, cacheManager } from './peers.ts';

const KEYS = 100_000;
const CALLS = 15_000;
const WARM_UPS = 3;

/** What a service does: popular keys from memory, others from Redis, a write now and then. */
export function mixed(place: Place): BenchCase {
  const ask = { keys: KEYS, inFlight: 64, calls: CALLS };
  return caseOf(
    {
      title: 'mixed traffic over 100,000 keys (Zipf 0.99), 5 % writes, 64 in flight',
      unit: 'calls/s',
      better: 'higher',
    },
    {
      place,
      label: 'mixed',
      layers: 'both',
      prepare: async (processes) => {
        for (let time = 0; time < WARM_UPS; time += 1) await only(processes).call('mixed', ask);
      },
      round: async (processes) => only(processes).call('mixed', ask),
    },
    [
      bentocache,
      {
        ...cacheable,
        differs: `its memory has no bound and so holds all keys; ${cacheable.differs}`,
      },
      cacheManager,
      {
        who: 'floor',
        name: 'lru-cache and GET',
        differs: 'no leases, log, deadlines or coalescing; other processes hear of no write',
      },
    ],
  );
}
