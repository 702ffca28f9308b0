import type { Random } from '../../chaos/random.ts';
import { Draws, pickSkewed, uuidAt } from '../draws.ts';
import { type Culture, CULTURES } from './names.ts';

const DAY_MS = 86_400_000;
/** So long ago the first of them signed up: activity from then on is still kept. */
export const SPAN_DAYS = 540;
const LONGEST_BASE = 24;
const TOTAL_WEIGHT = CULTURES.reduce((sum, { weight }) => sum + weight, 0);

/** Somebody who signed up, as every store that is filled knows them. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
  readonly language: string;
  readonly createdAt: number;
}

/** Those who are known by name, so that they can be tried out. */
export const KNOWN_USERNAMES = ['seed_admin', 'seed_member'] as const;

/**
 * People without end: who number `n` is follows from the seed and from the time up to which there is
 * data, so that each store can be filled by itself with the same people.
 */
export class People {
  readonly #draws: Draws;
  readonly #until: number;

  constructor({ seed, until }: { seed: number; until: Date }) {
    this.#draws = new Draws(seed, 'people');
    this.#until = until.getTime();
  }

  at(number: number): Person {
    const random = this.#draws.at(number);
    const createdAt = this.#until - this.#ageOf(number, random);
    const id = uuidAt(createdAt, random);
    const culture = cultureOf(random.next() * TOTAL_WEIGHT);
    const given = pickSkewed(culture.given, random);
    const family = pickSkewed(culture.family, random);
    const base = `${given.plain}_${family.plain}`.slice(0, LONGEST_BASE);
    const { full = (first, last) => `${first} ${last}` } = culture;
    return {
      id,
      // The number, so that no two are the same.
      username: KNOWN_USERNAMES[number] ?? `${base}_${number.toString(36)}`,
      displayName: shown(full(given.written, family.written), given.written, random),
      avatarUrl: random.next() < 0.3 ? `https://images.example.org/${number}.png` : null,
      language: culture.language,
      createdAt,
    };
  }

  /** When somebody signed up and who it was alone: cheaper than all of {@link at}. */
  keyOf(number: number): Pick<Person, 'id' | 'createdAt'> {
    const random = this.#draws.at(number);
    const createdAt = this.#until - this.#ageOf(number, random);
    return { id: uuidAt(createdAt, random), createdAt };
  }

  /** More of them lately than at the beginning; the known ones from the beginning on. */
  #ageOf(number: number, random: Random): number {
    const share = random.next() ** 1.6;
    return KNOWN_USERNAMES[number] === undefined
      ? Math.floor(share * SPAN_DAYS * DAY_MS)
      : SPAN_DAYS * DAY_MS;
  }
}

function cultureOf(share: number): Culture {
  let left = share;
  for (const culture of CULTURES) {
    left -= culture.weight;
    if (left < 0) return culture;
  }
  return CULTURES[0] as Culture;
}

/** Not everybody gives both names, or gives them as a registrar would. */
function shown(full: string, given: string, random: Random): string {
  const manner = random.next();
  if (manner < 0.72) return full;
  if (manner < 0.84) return given;
  if (manner < 0.9) return full.toLowerCase();
  if (manner < 0.95) return `${given} ${random.pick(['🌱', '🎧', '📚', '🚲', '☕'])}`;
  return `${given} ${random.pick(['B.', 'K.', 'M.', 'T.'])}`;
}
