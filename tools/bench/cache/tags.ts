import type { BenchCase } from '../frame/benchmark.ts';
import { caseOf, contestant, only, type Place, type Work } from './cases.ts';
import { bentocache, cacheable } from './peers.ts';

const FEW = 10;
const MANY = 100_000;
/** One invalidation is too short to tell: the median of so many is a round. */
const TIMES = { [FEW]: 25, [MANY]: 1 } as Record<number, number>;
/** Ours costs the same for any number of keys; what is measured takes less than a millisecond. */
const FLAT = 0.5;

/** Invalidating a tag, all layers. */
export function tags(place: Place): BenchCase[] {
  return [FEW, MANY].map((keys) => {
    const benchCase = caseOf(
      {
        title: `invalidating a tag of ${keys.toLocaleString('en')} keys`,
        unit: 'ms',
        better: 'lower',
      },
      invalidating(place, keys),
      [
        bentocache,
        {
          ...cacheable,
          who: 'cacheable-tagged',
          differs: `its tags cost each read a look into Redis; ${cacheable.differs}`,
        },
        {
          who: 'floor',
          name: 'SMEMBERS and UNLINK',
          differs: 'a set of names for each tag, in Redis alone: memories keep what they have',
        },
      ],
    );
    if (keys === FEW) return benchCase;
    const few = contestant('trilith', 'Trilith, 10 keys', invalidating(place, FEW, 'flat'));
    const differs = 'the same with 10 keys: the cost is to be flat';
    return { ...benchCase, peers: [{ ...few, target: FLAT, differs }, ...benchCase.peers] };
  });
}

function invalidating(place: Place, keys: number, label = 'tags'): Work {
  return {
    place,
    label: `${label}-${keys}`,
    layers: 'both',
    round: async (processes, turn) => {
      const figures: number[] = [];
      for (let time = 0; time < (TIMES[keys] ?? 1); time += 1) {
        const tag = `tag-${turn}-${time}`;
        figures.push(await only(processes).call<number>('tag', { tag, keys }));
      }
      return figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? NaN;
    },
  };
}
