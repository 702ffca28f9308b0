import { findRedisServer } from '../../stores/redis/server.ts';
import type { Member } from '../cache/member.ts';
import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { scaled } from '../messaging/scale.ts';
import { verdict } from '../verdict.ts';
import { drainAtOnce } from './drain.ts';
import type { KeysFound } from './keys.ts';
import type { SentinelsSettings } from './programs/settings.ts';
import { Stage } from './stage.ts';

const CLOCKS_MS = [-30_000, 30_000];
const FULL_ROUNDS = 8;
const FULL_KEYS = 100;
const LIMIT = 5;
const LANES = 2;
const CONTROL_CALLS = 20;

/** A replica takes over from a master, which was asked to step back or was killed, under calls. */
export const failover: Experiment = {
  area: 'rate-limit',
  name: 'failover',
  promise:
    'When a replica takes over from the master that Sentinels watch, no call fails, limits go on there, and what had reached the ' +
    'replica counts: a full key stays full. A plain client of the master hangs.',
  run: async (context) => {
    const { command } = await findRedisServer({ progress: context.say, signal: context.signal });
    await using stage = new Stage(context);
    const sentinels = await stage.start('sentinels', { command } satisfies SentinelsSettings);
    const callers = await stage.callers(await sentinels.call<string>('url'), CLOCKS_MS);
    const counted: Counted = { ...nothing };
    const rounds = Math.max(2, scaled(FULL_ROUNDS, context));
    for (let round = 1; round <= rounds; round += 1) {
      await play({ round, sentinels, callers, counted, context });
      context.signal.throwIfAborted();
    }
    return judge(counted);
  },
};

interface Counted {
  steppedBack: number;
  killed: number;
  fullKeys: number;
  fullKeysLetThrough: number;
  limits: number;
  calls: number;
  unanswered: number;
  failed: number;
  tooMany: number;
  keys: number;
  lasting: number;
  hanging: number;
}

const nothing: Counted = {
  steppedBack: 0,
  killed: 0,
  fullKeys: 0,
  fullKeysLetThrough: 0,
  limits: 0,
  calls: 0,
  unanswered: 0,
  failed: 0,
  tooMany: 0,
  keys: 0,
  lasting: 0,
  hanging: 0,
};

interface Play {
  readonly round: number;
  readonly sentinels: Member;
  readonly callers: readonly Member[];
  readonly counted: Counted;
  readonly context: ExperimentContext;
}

async function play({ round, sentinels, callers, counted, context }: Play): Promise<void> {
  const full = Array.from({ length: FULL_KEYS }, (_, index) => `full-${round}-${index}`);
  await Promise.all(
    full.map(async (key) => drainAtOnce(callers.slice(0, 1), { key, limit: LIMIT, lanes: 1 })),
  );
  await sentinels.call('replicate');
  const work = { isDone: false };
  const load = drainOn({ round, callers, counted, work });
  const isKilled = round % 2 === 0;
  const masterUrl = await sentinels.call<string>('masterUrl');
  await sentinels.call(isKilled ? 'killMaster' : 'failOver');
  counted[isKilled ? 'killed' : 'steppedBack'] += 1;
  context.say(`the master ${isKilled ? 'was killed' : 'stepped back'}`);
  if (isKilled) counted.hanging += await hangingOf(callers[0], masterUrl);
  for (const caller of callers) {
    counted.fullKeysLetThrough += await caller.call<number>('letThrough', {
      keys: full,
      limit: LIMIT,
    });
  }
  counted.fullKeys += full.length;
  work.isDone = true;
  await load;
  await sentinels.call('mend');
  const { all, lasting } = await sentinels.call<KeysFound>('keys');
  counted.keys += all;
  counted.lasting += lasting;
}

/** The control. */
async function hangingOf(caller: Member | undefined, url: string): Promise<number> {
  return (await caller?.call<number>('hangingPlainly', { url, calls: CONTROL_CALLS })) ?? 0;
}

/** One limit after the other, by all at once, for as long as the work goes on. */
async function drainOn({
  round,
  callers,
  counted,
  work,
}: Pick<Play, 'round' | 'callers' | 'counted'> & {
  readonly work: { readonly isDone: boolean };
}): Promise<void> {
  for (let n = 0; !work.isDone; n += 1) {
    const drained = await drainAtOnce(callers, {
      key: `load-${round}-${n}`,
      limit: LIMIT,
      lanes: LANES,
    });
    counted.limits += 1;
    counted.calls += drained.calls;
    counted.unanswered += drained.unanswered;
    counted.failed += drained.failed;
    counted.tooMany += Math.max(0, drained.allowed - LIMIT);
  }
}

function judge(counted: Counted): Finding {
  return verdict({
    figures: {
      'masters that stepped back': counted.steppedBack,
      'masters killed': counted.killed,
      'limits of 5 under way': counted.limits,
      calls: counted.calls,
      'calls that Redis did not answer': counted.unanswered,
      'calls that failed': counted.failed,
      'let through beyond limits, as their last counts were lost': counted.tooMany,
      'full keys whose counts had reached the replica': counted.fullKeys,
      'of them, calls let through': counted.fullKeysLetThrough,
      'keys at the new masters': counted.keys,
      'keys that never expire': counted.lasting,
      'control, plain client: calls without an answer after a second': counted.hanging,
    },
    none: ['calls that failed', 'of them, calls let through', 'keys that never expire'],
    some: [
      'masters that stepped back',
      'masters killed',
      'limits of 5 under way',
      'full keys whose counts had reached the replica',
      'keys at the new masters',
      'control, plain client: calls without an answer after a second',
    ],
  });
}
