import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { scaled } from '../messaging/scale.ts';
import { pause } from '../pause.ts';
import { verdict } from '../verdict.ts';
import type { Condition } from './flaky-network.ts';
import { type Networked, withFleet } from './fleet.ts';
import type { StalenessReport } from './programs/settings.ts';
import { until } from './until.ts';

const FULL = { rounds: 12 };
const REPLICAS = 3;
const KEYS = Array.from({ length: 20 }, (_, at) => `key:${at}`);
const DEFAULTS = { ttlMs: 600_000, memoryTtlMs: 600_000 };
/** The bus of ours, and that of the control. */
const BUS = /cache-follower|subscribe/i;
/** For so long memory may be trusted after the last word of the log; see `trustMemoryMs`. */
const TRUST_MS = 2_000;
const SLACK_MS = 1_000;

/** One replica hears nothing while others write. */
export const cutOffReplica: Experiment = {
  area: 'cache',
  name: 'cut-off-replica',
  promise:
    'A replica whose bus, or whole connection to Redis, is cut or silent while others write gives ' +
    'no stale value after it is back, and without its bus none older than two seconds. One with a ' +
    'bus of published messages does.',
  run: async (context) => {
    const rounds = scaled(FULL.rounds, context);
    const cuts = CUTS.slice(0, Math.max(2, Math.min(CUTS.length, rounds)));
    const ours = emptyCounted();
    for (let round = 0; round < rounds || round < cuts.length; round += cuts.length) {
      for (const cut of cuts) await oneCut(cut, 'ours', { counted: ours, context });
    }
    context.say('The control: a bus of published messages …');
    const theirs = emptyCounted();
    await oneCut({ condition: 'away', only: BUS }, 'naive', { counted: theirs, context });
    return judge(ours, theirs);
  },
};

interface Cut {
  readonly condition: Condition;
  readonly only?: RegExp;
}

const CUTS: readonly Cut[] = [
  { condition: 'away', only: BUS },
  { condition: 'silent' },
  { condition: 'silent', only: BUS },
  { condition: 'away' },
];

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Counted {
  rounds: number;
  written: number;
  /** While the bus alone was cut, past the time for which memory is trusted. */
  untrusted: Writable<StalenessReport>;
  back: Writable<StalenessReport>;
}

async function oneCut(
  cut: Cut,
  kind: 'ours' | 'naive',
  { counted, context }: { readonly counted: Counted; readonly context: ExperimentContext },
): Promise<void> {
  await withFleet(context, async (fleet) => {
    const { only } = cut;
    const options = { replicas: REPLICAS, kind, defaults: DEFAULTS, ...(only && { only }) };
    const replicas = await fleet.start(options);
    const stale = { before: counted.untrusted.stale, after: counted.back.stale };
    await cutAndHeal(replicas, { cut, counted, context });
    const what = only ? 'bus' : 'connection';
    const found = [counted.untrusted.stale - stale.before, counted.back.stale - stale.after];
    context.say(`${kind}: ${what} ${cut.condition}: ${found.join(' stale while cut off, ')} after`);
  });
}

async function cutAndHeal(
  [first, second, lone]: readonly Networked[],
  { cut, counted, context }: { cut: Cut; counted: Counted; context: ExperimentContext },
): Promise<void> {
  if (!first || !second || !lone) throw new Error('There are three replicas');
  const { signal } = context;
  const writeAll = async () => {
    for (const [at, key] of KEYS.entries()) {
      await (at % 2 === 0 ? first : second).member.call('write', { key });
      counted.written += 1;
    }
  };
  await writeAll();
  // In its memory now.
  for (let time = 0; time < 2; time += 1) await lone.member.call('countOld', { keys: KEYS });
  lone.network.become(cut.condition);
  const cutAt = performance.now();
  // So that it notices, as it would under load.
  await lone.member.call('startWatching', { keys: KEYS });
  while (performance.now() < cutAt + TRUST_MS + SLACK_MS) {
    await writeAll();
    await pause(50, signal);
  }
  await lone.member.call('stopWatching');
  if (cut.only) {
    await lone.member.call('startWatching', { keys: KEYS });
    for (let time = 0; time < 3; time += 1) await writeAll();
    add(counted.untrusted, await lone.member.call('stopWatching'));
  }
  lone.network.become('whole');
  const isBack = async () => !(await lone.member.call<boolean>('isAway'));
  await until(isBack, { signal });
  await lone.member.call('startWatching', { keys: KEYS });
  await pause(SLACK_MS, signal);
  add(counted.back, await lone.member.call('stopWatching'));
  counted.rounds += 1;
}

function add(sum: Writable<StalenessReport>, more: StalenessReport): void {
  sum.reads += more.reads;
  sum.stale += more.stale;
  sum.failed += more.failed;
}

function emptyCounted(): Counted {
  const none = { reads: 0, stale: 0, failed: 0 };
  return { rounds: 0, written: 0, untrusted: { ...none }, back: { ...none } };
}

function judge(ours: Counted, theirs: Counted): Finding {
  return verdict({
    figures: {
      'times cut off': ours.rounds,
      'writes by the others': ours.written,
      'reads without a bus, past two seconds': ours.untrusted.reads,
      'of them stale': ours.untrusted.stale,
      'reads after it was back': ours.back.reads,
      'of them stale after it was back': ours.back.stale,
      'reads that failed': ours.untrusted.failed + ours.back.failed,
      'control: stale reads after it was back': theirs.back.stale,
    },
    none: ['of them stale', 'of them stale after it was back', 'reads that failed'],
    some: [
      'reads without a bus, past two seconds',
      'reads after it was back',
      'control: stale reads after it was back',
    ],
  });
}
