import { WrongResultError } from '../frame/benchmark.ts';

/** What each process of this area is told. */
export interface LimitInput {
  readonly redisUrl: string;
  /** Starts the names of all that it keeps in Redis. */
  readonly prefix: string;
  /** Of each key, in a window that outlasts the benchmark. */
  readonly limit: number;
}

export type Place = Pick<LimitInput, 'redisUrl' | 'prefix'>;

export interface RoundInput {
  readonly keys: number;
  readonly inFlight: number;
  readonly forMs: number;
}

/** Takes one of a key's limit, and tells whether it was allowed. */
export type Consume = (key: string) => Promise<boolean>;

/** Longer than any benchmark: nothing comes back meanwhile. */
export const WINDOW_MS = 86_400_000;

/** The frame's methods: consumes for a while, so many at a time, key by key; gives calls a second. */
export function consuming(consume: Consume, { limit }: LimitInput) {
  let rounds = 0;
  let total = 0;
  return {
    /** How many were decided in all rounds. */
    total: async (): Promise<number> => total,
    round: async ({ keys, inFlight, forMs }: RoundInput): Promise<number> => {
      rounds += 1;
      const names = Array.from({ length: keys }, (_, index) => `round-${rounds}:key-${index}`);
      let asked = 0;
      let allowed = 0;
      const lane = async (until: number): Promise<void> => {
        while (performance.now() < until) {
          const name = names[asked % keys] ?? '';
          asked += 1;
          if (await consume(name)) allowed += 1;
        }
      };
      const from = performance.now();
      await Promise.all(Array.from({ length: inFlight }, async () => lane(from + forMs)));
      const seconds = (performance.now() - from) / 1_000;
      total += asked;
      requireAllowed(allowed, { asked, keys, limit });
      return asked / seconds;
    },
  };
}

/** Each key lets through its limit, and no more. */
function requireAllowed(
  allowed: number,
  { asked, keys, limit }: { asked: number; keys: number; limit: number },
): void {
  const each = Math.floor(asked / keys);
  const withOneMore = asked % keys;
  const expected =
    Math.min(each, limit) * (keys - withOneMore) + Math.min(each + 1, limit) * withOneMore;
  if (allowed !== expected) {
    throw new WrongResultError(`${allowed} of ${asked} calls were allowed, not ${expected}`);
  }
}
