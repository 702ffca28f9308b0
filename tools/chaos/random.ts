/** Numbers that look random and follow from a seed. */
export interface Random {
  /** From 0, below 1. */
  next(): number;
  pick<T>(choices: readonly T[]): T;
}

/** The generator mulberry32 by Tommy Ettinger: small, and good enough to choose faults with. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    pick: (choices) => {
      if (choices.length === 0) throw new RangeError('There is nothing to pick from');
      return choices[Math.floor(next() * choices.length)] as (typeof choices)[number];
    },
  };
}
