import type { Random } from '../random.ts';
import type { Act } from './acts.ts';

export interface WorkOptions {
  readonly random: Random;
  readonly events: number;
  readonly keys: number;
  /** One in so many is poison; none when it is left out. */
  readonly poisonEvery?: number;
}

/** What is to be done, with keys at random and poison at random places. */
export function work({ random, events, keys, poisonEvery }: WorkOptions) {
  const isPoison = poisonPlaces({ random, events, poisonEvery });
  return Array.from({ length: events }, (_, index): Pick<Act, 'number' | 'key' | 'isPoison'> => {
    const key = `key-${1 + Math.floor(random.next() * keys)}`;
    return { number: index + 1, key, isPoison: isPoison.has(index) };
  });
}

/** One in each run of `poisonEvery`, so that there are just as many as said. */
function poisonPlaces({ random, events, poisonEvery }: Omit<WorkOptions, 'keys'>): Set<number> {
  if (poisonEvery === undefined) return new Set();
  const count = Math.floor(events / poisonEvery);
  return new Set(
    Array.from(
      { length: count },
      (_, run) => run * poisonEvery + Math.floor(random.next() * poisonEvery),
    ),
  );
}
