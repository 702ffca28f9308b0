import { WrongResultError } from '../frame/benchmark.ts';
import type { Part } from '../frame/process-host.ts';
import { percentile } from '../frame/statistics.ts';
import { randomNumbers, zipf } from './random-keys.ts';
import { type Account, accountOf, type SubjectInput } from './subjects/subject.ts';
import { type SubjectName, SUBJECTS } from './subjects/subjects.ts';

export interface CacheInput extends SubjectInput {
  readonly who: SubjectName;
}

const SAMPLE = 50;
/** The first command after much was written, or nothing for a while, takes longer whatever it does. */
const FIRST_COMMANDS = 5;
const EXPONENT = 0.99;
const WRITES = 0.05;

/** One cache and what is asked of it in all the cases. */
export default async function start({ who, ...input }: CacheInput): Promise<Part> {
  const open = await SUBJECTS[who]();
  const subject = await open(input);
  const mustNotLoad = (): never => {
    throw new WrongResultError('it asked the loader for a key that it has');
  };
  const random = randomNumbers(1);
  const ranks = new Map<number, () => number>();
  let asked = 0;

  /** Keys in turn, so many callers at a time; calls a second. */
  const rateOf = async (
    { inFlight, calls }: { inFlight: number; calls: number },
    call: () => Promise<void>,
  ) => {
    const begun = performance.now();
    let left = calls;
    const lane = async () => {
      while (left > 0) {
        left -= 1;
        await call();
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
    return (calls * 1_000) / (performance.now() - begun);
  };

  return {
    fill: async ({ keys }: { keys: number }) => {
      for (let from = 0; from < keys; from += 500) {
        const part = Array.from({ length: Math.min(500, keys - from) }, (_, at) =>
          keyOf(from + at),
        );
        await Promise.all(part.map(async (key) => subject.set(key, accountOf(key))));
      }
    },

    hits: async ({ keys, inFlight, calls }: { keys: number; inFlight: number; calls: number }) =>
      rateOf({ inFlight, calls }, async () => {
        const key = keyOf((asked += 1) % keys);
        check(await subject.getOrSet(key, mustNotLoad), key);
      }),

    /** Microseconds at the median, one call after the other. */
    delay: async ({ keys, calls }: { keys: number; calls: number }) => {
      const delays: number[] = [];
      for (let call = 0; call < calls; call += 1) {
        const key = keyOf((asked += 1) % keys);
        const begun = performance.now();
        const account = await subject.getOrSet(key, mustNotLoad);
        delays.push((performance.now() - begun) * 1_000);
        check(account, key);
      }
      return percentile(
        delays.toSorted((a, b) => a - b),
        50,
      );
    },

    peeks: async ({ keys, calls }: { keys: number; calls: number }) => {
      const names = Array.from({ length: keys }, (_, at) => keyOf(at));
      const begun = performance.now();
      for (let call = 0; call < calls; call += 1) {
        const key = names[call % keys] ?? '';
        if (subject.peek?.(key)?.id !== key) throw new WrongResultError(`peek of ${key}`);
      }
      return (calls * 1_000) / (performance.now() - begun);
    },

    /** Reads by popularity, and a write for every nineteen of them. */
    mixed: async ({ keys, inFlight, calls }: { keys: number; inFlight: number; calls: number }) => {
      let rankOf = ranks.get(keys);
      if (!rankOf) ranks.set(keys, (rankOf = zipf(keys, EXPONENT, random)));
      const pick = rankOf;
      return rateOf({ inFlight, calls }, async () => {
        const key = keyOf(pick());
        if (random() < WRITES) await subject.set(key, accountOf(key));
        else check(await subject.getOrSet(key, () => accountOf(key)), key);
      });
    },

    /** Many callers of one key that nobody has. */
    burst: async ({ key, callers, loadMs }: { key: string; callers: number; loadMs: number }) => {
      let loads = 0;
      const load = async () => {
        loads += 1;
        await new Promise((resolve) => setTimeout(resolve, loadMs));
        return accountOf(key);
      };
      const begun = performance.now();
      const accounts = await Promise.all(
        Array.from({ length: callers }, async () => subject.getOrSet(key, load)),
      );
      const tookMs = performance.now() - begun;
      for (const account of accounts) check(account, key);
      return { loads, tookMs };
    },

    /** Milliseconds for invalidating a tag of so many keys; none may be there afterwards. */
    tag: async ({ tag, keys }: { tag: string; keys: number }) => {
      const names = Array.from({ length: keys }, (_, at) => `${tag}:${at}`);
      await subject.setTagged?.(new Map(names.map((key) => [key, accountOf(key)])), tag);
      const sample = names.filter((_, at) => at % Math.ceil(keys / SAMPLE) === 0);
      for (const key of sample) check(await subject.get?.(key), key);
      for (let time = 0; time < FIRST_COMMANDS; time += 1) await subject.deleteByTag?.(`no ${tag}`);
      const begun = performance.now();
      await subject.deleteByTag?.(tag);
      const tookMs = performance.now() - begun;
      for (const key of sample) {
        if ((await subject.get?.(key)) !== undefined) throw new WrongResultError(`${key} is there`);
      }
      return tookMs;
    },

    stop: async () => void (await subject.close()),
  };
}

function keyOf(number: number): string {
  return `account:${number}`;
}

function check(account: Account | undefined, key: string): void {
  if (account?.id === key && account.profile.bio.length === 200) return;
  throw new WrongResultError(`${key} gave ${JSON.stringify(account)}`);
}
