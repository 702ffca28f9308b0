import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { scaled } from '../messaging/scale.ts';
import { pause } from '../pause.ts';
import { verdict } from '../verdict.ts';
import { type Fleet, type Networked, withFleet } from './fleet.ts';
import { Source } from './programs/source.ts';
import { until } from './until.ts';

const FULL = { kills: 10 };
const REPLICAS = 3;
const LEASE_MS = 1_000;
/** Callers wait for longer than that: whoever loads by itself did not wait for the lease to end. */
const DEFAULTS = { ttlMs: 60_000, leaseMs: LEASE_MS, waitTimeoutMs: 120_000 };
/** Redis is well here; whoever has no answer from it in time loads by itself. */
const REDIS = { commandTimeoutMs: 30_000 };
const FLEET = { replicas: REPLICAS, defaults: DEFAULTS, redis: REDIS };
const SLOW_LOAD_MS = 3 * LEASE_MS;
const STUCK_MS = 3_600_000;
/** For the loader's process to hear that the lease is free, and to begin. */
const SLACK_MS = 500;
const TIMES_COUNT_FROM_SECONDS = 30;

/** The process that loads for the whole fleet is killed at it. */
export const killedLoader: Experiment = {
  area: 'cache',
  name: 'killed-loader',
  promise:
    'When the process that loads a key for the fleet is killed, one other takes over when its ' +
    'lease ends, and all callers get the value; one that is only slow is not replaced. Without a ' +
    'lease each process loads.',
  run: async (context) => {
    const counted = { kills: 0, loads: 0, answers: 0, latestMs: 0, slowLoads: 0, controlLoads: 0 };
    for (let kill = 0; kill < scaled(FULL.kills, context); kill += 1) {
      await withFleet(context, async (fleet) => killOne(fleet, counted, context));
    }
    await withFleet(context, async (fleet) => {
      counted.slowLoads = await loadsOfOneKey(fleet, 'ours');
    });
    context.say('The control: no lease …');
    await withFleet(context, async (fleet) => {
      counted.controlLoads = await loadsOfOneKey(fleet, 'naive');
    });
    return judge(counted, context);
  },
};

interface Counted {
  kills: number;
  /** Of keys whose first loader was killed: two for each. */
  loads: number;
  answers: number;
  /** From the kill until the next loader began, at worst. */
  latestMs: number;
  /** Of a key that loads for three times as long as the lease. */
  slowLoads: number;
  controlLoads: number;
}

async function killOne(fleet: Fleet, counted: Counted, context: ExperimentContext): Promise<void> {
  const { signal } = context;
  const replicas = await fleet.start({ kind: 'ours', ...FLEET });
  using source = sourceOf(fleet);
  await source.write('cold');
  const [holder, ...others] = replicas;
  const lost = holder?.member
    .call('readSlowly', { key: 'cold', loadMs: STUCK_MS })
    .catch(() => undefined);
  await until(async () => (await source.counted('begun', 'cold')) === 1, { signal });
  const answers = others.map(async ({ member }) =>
    member.call<number>('readSlowly', { key: 'cold', loadMs: 50 }),
  );
  // Renewed at least once: the bound is that of a lease renewed just before the kill.
  await pause(LEASE_MS / 2, signal);
  await holder?.member.kill();
  const killedAt = performance.now();
  await lost;
  await until(async () => (await source.counted('begun', 'cold')) > 1, { signal });
  const tookMs = performance.now() - killedAt;
  counted.latestMs = Math.max(counted.latestMs, tookMs);
  for (const version of await Promise.all(answers)) if (version === 1) counted.answers += 1;
  counted.kills += 1;
  counted.loads += await source.counted('begun', 'cold');
  context.say(`kill -9 of the loader: another began after ${tookMs.toFixed(0)} ms`);
}

/** All replicas ask at once for a key that takes longer to load than a lease lasts. */
async function loadsOfOneKey(fleet: Fleet, kind: 'ours' | 'naive'): Promise<number> {
  const replicas = await fleet.start({ kind, ...FLEET });
  using source = sourceOf(fleet);
  await askSlowly(replicas);
  return await source.counted('begun', 'slow');
}

async function askSlowly(replicas: readonly Networked[]): Promise<void> {
  const ask = async ({ member }: Networked) =>
    member.call('readSlowly', { key: 'slow', loadMs: SLOW_LOAD_MS });
  await Promise.all(replicas.map(ask));
}

function sourceOf({ redis }: Fleet): Source & Disposable {
  const source = new Source(redis.url);
  return Object.assign(source, { [Symbol.dispose]: () => source.close() });
}

function judge(counted: Counted, { seconds }: ExperimentContext): Finding {
  const timesCount = seconds >= TIMES_COUNT_FROM_SECONDS;
  const callers = counted.kills * (REPLICAS - 1);
  return verdict({
    figures: {
      'loaders killed': counted.kills,
      'loads beyond the killed one and its successor': counted.loads - 2 * counted.kills,
      'callers without the value': callers - counted.answers,
      'until another took over at worst, ms': Math.round(counted.latestMs),
      'milliseconds beyond the lease': Math.max(
        0,
        Math.ceil(counted.latestMs - LEASE_MS - SLACK_MS),
      ),
      'loads of a slow key beyond one': counted.slowLoads - 1,
      'control: loads of it beyond one': counted.controlLoads - 1,
    },
    none: [
      'loads beyond the killed one and its successor',
      'callers without the value',
      'loads of a slow key beyond one',
      ...(timesCount ? ['milliseconds beyond the lease'] : []),
    ],
    some: ['loaders killed', 'control: loads of it beyond one'],
  });
}
