import type { Member } from '../cache/member.ts';
import type { Experiment, Finding } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import { scaled } from '../messaging/scale.ts';
import { type Random, seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { keysBelow } from './keys.ts';
import { type Crowd, type Limiter, OUR_PREFIX } from './programs/settings.ts';
import { Stage } from './stage.ts';

const CLOCKS_MS = [-30_000, 0, 30_000];
const CALLS = 1_000;
const LIMIT = 50;
const FULL_ROUNDS = 20;
const OURS = ['slidingLog', 'slidingWindow', 'gcra'] as const;
const CONTROLS = ['own-clock', 'read-then-write'] as const;

/** Processes whose clocks disagree ask at once for more than there is. */
export const exactLimit: Experiment = {
  area: 'rate-limit',
  name: 'exact-limit',
  promise:
    'Of 1,000 calls at once from 3 processes whose clocks differ by ±30 seconds, a limit of 50 lets exactly 50 through, by each ' +
    'algorithm. A limiter that goes by its own clock lets through more, and so does one that reads and then writes.',
  run: async (context) => {
    await using stage = new Stage(context);
    const redis = await stage.redis();
    const callers = await stage.callers(redis.url, CLOCKS_MS);
    const ours = { rounds: 0, tooMany: 0, tooFew: 0 };
    const controls: Record<string, number> = {};
    for (let round = 1; round <= scaled(FULL_ROUNDS, context); round += 1) {
      const random = seededRandom(context.seed + round);
      const ask = async (limiter: Limiter) => {
        const parts = partsOf(CALLS, callers.length, random);
        return crowdAt(callers, parts, { limiter, key: `${limiter}-${round}`, limit: LIMIT });
      };
      for (const algorithm of OURS) {
        const allowed = await ask(algorithm);
        ours.rounds += 1;
        ours.tooMany += Math.max(0, allowed - LIMIT);
        ours.tooFew += Math.max(0, LIMIT - allowed);
      }
      for (const control of CONTROLS) {
        controls[control] = (controls[control] ?? 0) + Math.max(0, (await ask(control)) - LIMIT);
      }
      context.signal.throwIfAborted();
    }
    const keys = await withRedis(redis.url, async (client) => keysBelow(client, OUR_PREFIX));
    return judge({ ...ours, controls, lasting: keys.lasting, keys: keys.all });
  },
};

/** So many calls, in as many parts at random, each of them large enough to count. */
function partsOf(calls: number, parts: number, random: Random): number[] {
  const least = Math.floor(calls / (2 * parts));
  const result = Array.from({ length: parts }, () => least);
  for (let left = calls - least * parts; left > 0; left -= 1) {
    const at = Math.floor(random.next() * parts);
    result[at] = (result[at] ?? 0) + 1;
  }
  return result;
}

async function crowdAt(
  callers: readonly Member[],
  parts: readonly number[],
  crowd: Omit<Crowd, 'calls'>,
): Promise<number> {
  const allowed = await Promise.all(
    callers.map(async (caller, index) =>
      caller.call<number>('crowd', { ...crowd, calls: parts[index] ?? 0 }),
    ),
  );
  return allowed.reduce((sum, one) => sum + one, 0);
}

function judge(counted: {
  readonly rounds: number;
  readonly tooMany: number;
  readonly tooFew: number;
  readonly controls: Readonly<Record<string, number>>;
  readonly keys: number;
  readonly lasting: number;
}): Finding {
  return verdict({
    figures: {
      'crowds of 1,000': counted.rounds,
      'let through beyond the limit': counted.tooMany,
      'refused although it fitted': counted.tooFew,
      keys: counted.keys,
      'keys that never expire': counted.lasting,
      'control, own clock: let through beyond the limit': counted.controls['own-clock'] ?? 0,
      'control, read then write: let through beyond the limit':
        counted.controls['read-then-write'] ?? 0,
    },
    none: ['let through beyond the limit', 'refused although it fitted', 'keys that never expire'],
    some: [
      'crowds of 1,000',
      'keys',
      'control, own clock: let through beyond the limit',
      'control, read then write: let through beyond the limit',
    ],
  });
}
