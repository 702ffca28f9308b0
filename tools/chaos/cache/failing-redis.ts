import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { pause } from '../pause.ts';
import { type Random, seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import type { Condition } from './flaky-network.ts';
import { allBecome, askAll, type Fleet, type Networked, withFleet } from './fleet.ts';
import type { LoadReport, LoadSettings } from './programs/settings.ts';
import { until } from './until.ts';

const REPLICAS = 3;
const LOAD: LoadSettings = { fragile: 100, written: 60, readers: 4, writeEveryMs: 20 };
const DEFAULTS = { ttlMs: 120_000, graceMs: 3_600_000 };
const CONDITIONS: readonly Condition[] = ['failing', 'silent', 'away', 'failing'];
const CALM_MS = 3_000;
const EPISODE_MS = { least: 1_000, more: 2_500 };
const VISIBLE_WITHIN_MS = 1_000;
const ADDED_P99_MS = 100;
/** A shorter run is a test, on a machine that may be busy with others: its times are no evidence. */
const TIMES_COUNT_FROM_SECONDS = 30;

/** Redis fails every other time, hangs, goes and comes back, under load of three replicas. */
export const failingRedis: Experiment = {
  area: 'cache',
  name: 'failing-redis',
  promise:
    'While Redis fails every other time, hangs, goes and comes back, no read fails for which there ' +
    'is a stale value or a source, the 99th percentile grows by less than 100 ms, and a second ' +
    'after Redis is back every write is visible in every replica. A plain cache hangs.',
  run: async (context) => {
    const ours = await withFleet(context, async (fleet) => underFaults(fleet, 'ours', context));
    context.say('The control: memory, GET and SET, as one writes it in an afternoon …');
    const short = { ...context, seconds: Math.min(context.seconds, 8) };
    const theirs = await withFleet(context, async (fleet) => underFaults(fleet, 'naive', short));
    return judge(ours, theirs, context);
  },
};

interface Counted {
  reads: number;
  writes: number;
  failed: number;
  hung: number;
  episodes: number;
  faults: number;
  calmP99Ms: number;
  /** The worst of those of the episodes. */
  p99Ms: number;
  worstMs: number;
  /** From healing until every replica had every write. */
  visibleAfterMs: number;
  notVisibleInTime: number;
  neverVisible: number;
}

async function underFaults(
  fleet: Fleet,
  kind: 'ours' | 'naive',
  context: ExperimentContext,
): Promise<Counted> {
  const random = seededRandom(context.seed);
  const replicas = await fleet.start({ replicas: REPLICAS, kind, defaults: DEFAULTS });
  await askAll(replicas, 'warm', LOAD);
  await askAll(replicas, 'startLoad', LOAD);
  await pause(CALM_MS / 3, context.signal);
  await take(replicas);
  await pause(CALM_MS, context.signal);
  const calm = await take(replicas);
  const counted: Counted = { ...nothing, calmP99Ms: calm.p99Ms };
  const end = performance.now() + context.seconds * 1_000;
  do {
    await episode(replicas, { kind, random, counted, context });
  } while (performance.now() < end);
  counted.faults = replicas.reduce((sum, { network }) => sum + network.faults, 0);
  await askAll(replicas, 'stopLoad');
  return counted;
}

async function episode(
  replicas: readonly Networked[],
  {
    kind,
    random,
    counted,
    context,
  }: {
    readonly kind: 'ours' | 'naive';
    readonly random: Random;
    readonly counted: Counted;
    readonly context: ExperimentContext;
  },
): Promise<void> {
  const condition = CONDITIONS[counted.episodes % CONDITIONS.length] ?? 'failing';
  const forMs = EPISODE_MS.least + EPISODE_MS.more * random.next();
  counted.episodes += 1;
  allBecome(replicas, condition);
  await pause(forMs, context.signal);
  // A control's write may hang for as long as Redis is away.
  if (kind === 'ours') await askAll(replicas, 'pauseWrites');
  const report = await take(replicas);
  allBecome(replicas, 'whole');
  const healedAt = performance.now();
  if (kind === 'ours') await lookWhetherVisible(replicas, { healedAt, counted, context });
  add(counted, report);
  counted.p99Ms = Math.max(counted.p99Ms, report.p99Ms);
  counted.worstMs = Math.max(counted.worstMs, report.worstMs);
  const p99 = `p99 ${report.p99Ms.toFixed(1)} ms, worst ${report.worstMs.toFixed(0)} ms`;
  context.say(`${condition} for ${forMs.toFixed(0)} ms: ${report.reads} reads, ${p99}`);
  if (report.firstFailure !== undefined) context.say(`a read failed: ${report.firstFailure}`);
  await askAll(replicas, 'resumeWrites');
  await pause(300, context.signal);
  // Reads since healing count as reads, not for the times under faults.
  add(counted, await take(replicas));
}

function add(counted: Counted, report: LoadReport): void {
  counted.reads += report.reads;
  counted.writes += report.writes;
  counted.failed += report.failed;
  counted.hung += report.hung;
}

async function lookWhetherVisible(
  replicas: readonly Networked[],
  {
    healedAt,
    counted,
    context: { signal, say },
  }: {
    readonly healedAt: number;
    readonly counted: Counted;
    readonly context: ExperimentContext;
  },
): Promise<void> {
  const keys = Array.from({ length: LOAD.written }, (_, at) => `written:${at}`);
  const countOld = async () =>
    (await askAll<number>(replicas, 'countOld', { keys })).reduce((sum, old) => sum + old, 0);
  const isVisible = await until(async () => (await countOld()) === 0, { signal });
  const afterMs = performance.now() - healedAt;
  counted.visibleAfterMs = Math.max(counted.visibleAfterMs, afterMs);
  if (afterMs > VISIBLE_WITHIN_MS) {
    counted.notVisibleInTime += 1;
    say(`visible everywhere only ${afterMs.toFixed(0)} ms after healing`);
  }
  // What is visible must stay so.
  await pause(Math.max(0, VISIBLE_WITHIN_MS - afterMs), signal);
  if (!isVisible || (await countOld()) > 0) counted.neverVisible += 1;
}

async function take(replicas: readonly Networked[]): Promise<LoadReport> {
  const reports = await askAll<LoadReport>(replicas, 'reportLoad');
  const sum = (of: (report: LoadReport) => number) => reports.reduce((n, one) => n + of(one), 0);
  const most = (of: (report: LoadReport) => number) => Math.max(...reports.map(of));
  const firstFailure = reports.find((one) => one.firstFailure !== undefined)?.firstFailure;
  return {
    reads: sum(({ reads }) => reads),
    writes: sum(({ writes }) => writes),
    failed: sum(({ failed }) => failed),
    hung: sum(({ hung }) => hung),
    p50Ms: most(({ p50Ms }) => p50Ms),
    p99Ms: most(({ p99Ms }) => p99Ms),
    worstMs: most(({ worstMs }) => worstMs),
    ...(firstFailure !== undefined && { firstFailure }),
  };
}

function judge(ours: Counted, theirs: Counted, { seconds }: ExperimentContext): Finding {
  const timesCount = seconds >= TIMES_COUNT_FROM_SECONDS;
  const addedMs = ours.p99Ms - ours.calmP99Ms;
  return verdict({
    figures: {
      reads: ours.reads,
      writes: ours.writes,
      'times that Redis failed, hung or was away': ours.episodes,
      'commands and connections that failed': ours.faults,
      'failed reads': ours.failed,
      'reads without an answer for a second': ours.hung,
      '99th percentile in calm, ms': rounded(ours.calmP99Ms),
      '99th percentile under faults at worst, ms': rounded(ours.p99Ms),
      'slowest read, ms': rounded(ours.worstMs),
      'milliseconds too many at the 99th percentile': Math.max(
        0,
        Math.ceil(addedMs - ADDED_P99_MS),
      ),
      'until every write was visible at worst, ms': rounded(ours.visibleAfterMs),
      'times that a write was not visible after a second': ours.notVisibleInTime,
      'times that a write did not become and stay visible': ours.neverVisible,
      'control: reads that failed or hung': theirs.failed + theirs.hung,
    },
    none: [
      'failed reads',
      'times that a write did not become and stay visible',
      ...(timesCount
        ? [
            'reads without an answer for a second',
            'milliseconds too many at the 99th percentile',
            'times that a write was not visible after a second',
          ]
        : []),
    ],
    some: [
      'reads',
      'writes',
      'commands and connections that failed',
      'control: reads that failed or hung',
    ],
  });
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}

const nothing: Counted = {
  reads: 0,
  writes: 0,
  failed: 0,
  hung: 0,
  episodes: 0,
  faults: 0,
  calmP99Ms: 0,
  p99Ms: 0,
  worstMs: 0,
  visibleAfterMs: 0,
  notVisibleInTime: 0,
  neverVisible: 0,
};
