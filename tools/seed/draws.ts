import { type Random, seededRandom } from '../chaos/random.ts';

const BITS_32 = 2 ** 32;

/**
 * Numbers that look random: those of one index follow from the seed, from what they are for and from
 * the index alone, so that any row can be made again without the rows before it.
 */
export class Draws {
  readonly #start: number;

  constructor(seed: number, purpose: string) {
    let start = scrambled(seed);
    for (const character of purpose) start = scrambled(start ^ (character.codePointAt(0) ?? 0));
    this.#start = start;
  }

  at(index: number): Random {
    return seededRandom(scrambled(this.#start ^ scrambled(index)));
  }
}

/** The last steps of MurmurHash3: each bit of the input turns half of those that come out. */
function scrambled(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A UUID of version 7 for a moment, in milliseconds. */
export function uuidAt(moment: number, random: Random): string {
  const time = moment.toString(16).padStart(12, '0');
  const hex = (random.next() * BITS_32).toString(16).padStart(8, '0').slice(0, 8) + word(random);
  const variant = (8 + Math.floor(random.next() * 4)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-${variant}${hex.slice(3, 6)}-${hex.slice(6, 10)}${word(random)}`;
}

function word(random: Random): string {
  return Math.floor(random.next() * BITS_32)
    .toString(16)
    .padStart(8, '0');
}

/** The earlier, the more likely: like words, names and fame. */
export function pickSkewed<T>(choices: readonly T[], random: Random): T {
  const index = Math.floor(choices.length * random.next() ** 1.7);
  return choices[index] as T;
}
