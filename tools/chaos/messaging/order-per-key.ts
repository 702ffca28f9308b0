import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { pause } from '../pause.ts';
import { type Random, seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { deadActs } from './dead-acts.ts';
import { strikeThroughout } from './faults.ts';
import { plainGroup } from './plain-group.ts';
import type { ConsumerSettings, ProducerSettings, RelaySettings } from './programs/settings.ts';
import type { Replica } from './replica.ts';
import { scaled } from './scale.ts';
import { settled } from './settled.ts';
import { onStage, type Stage } from './stage.ts';
import { killing } from './strikes.ts';
import { type Tally, tally } from './tally.ts';
import { work } from './work.ts';

const FULL = { events: 10_000, kills: 10, departures: 5 };
const KEYS = 100;
const POISON_EVERY = 100;
const CONSUMERS = 4;
const HANDLER_MS = 5;
const PATIENCE_MS = 60_000;
const SERVICE = 'ledger';

/** Four consumers, of which some are killed, and some leave cleanly and join again. */
export const orderPerKey: Experiment = {
  area: 'messaging',
  name: 'order-per-key',
  promise:
    'With 1 % poison, 100 keys and four consumers that are killed, leave and join, events of one ' +
    'key take effect in their order, dead letters hold exactly the poison, and all others are ' +
    'handled once. A plain consumer group has them out of order.',
  run: async (context) => {
    const events = context.events ?? scaled(FULL.events, context);
    const ours = await onStage({ context }, async (stage) => ourGroup(stage, events, context));
    context.say('The control: a plain consumer group …');
    const theirs = await onStage({ context }, async (stage) =>
      plainGroup(stage, { events, consumers: CONSUMERS, context }),
    );
    return judge(ours, theirs);
  },
};

interface Ours {
  readonly tally: Tally;
  readonly poison: number;
  /** Poison without a dead letter. */
  readonly notDead: number;
  readonly deadByMistake: number;
  /** Dead letters beyond the first of an act. */
  readonly deadTwice: number;
  readonly kills: number;
  readonly departures: number;
  readonly crashes: number;
}

async function ourGroup(stage: Stage, events: number, context: ExperimentContext): Promise<Ours> {
  const random = seededRandom(context.seed);
  const { records } = stage;
  await records.addActs(work({ random, events, keys: KEYS, poisonEvery: POISON_EVERY }));
  const [consumers] = await Promise.all([
    stage.start<ConsumerSettings>('consumer', {
      replicas: CONSUMERS,
      service: SERVICE,
      effects: 'postgres',
      handlerMs: HANDLER_MS,
    }),
    stage.start<RelaySettings>('relay', { replicas: 1 }),
  ]);
  const perSecond = Math.max(1, events / context.seconds);
  await stage.start<ProducerSettings>('producer', { replicas: 1, perSecond });
  const [kills, departures] = [scaled(FULL.kills, context), scaled(FULL.departures, context)];
  // Two are killed, two leave and join: so that no one is asked for both at once.
  const [killed, leaving] = [consumers.slice(0, 2), consumers.slice(2)];
  await strikeThroughout(
    [
      killing({ label: 'kill -9 of consumers', of: killed, times: kills, context }),
      {
        label: 'a consumer leaves and joins again',
        times: departures,
        strike: async (random) => leaveAndJoin(leaving, random, context),
      },
    ],
    { context, progress: async () => (await records.countDone()) / events },
  );
  context.say('Waiting for the rest to be handled …');
  const poison = Math.floor(events / POISON_EVERY);
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    read: async () => ({
      effects: await records.countEffects(SERVICE),
      dead: (await deadActs(stage.redis.url, SERVICE)).length,
    }),
    isDone: ({ effects, dead }) => effects >= events - poison && dead >= poison,
  });
  return { ...(await count(stage)), kills: stage.kills, departures };
}

async function leaveAndJoin(
  replicas: readonly Replica[],
  random: Random,
  { signal }: ExperimentContext,
): Promise<void> {
  const replica = random.pick(replicas);
  await replica.stop();
  await pause(500 * random.next(), signal);
  await replica.start();
}

async function count(stage: Stage): Promise<Omit<Ours, 'kills' | 'departures'>> {
  const acts = await stage.records.actsDone();
  const dead = await deadActs(stage.redis.url, SERVICE);
  const poison = new Set(acts.filter(({ isPoison }) => isPoison).map(({ number }) => number));
  const buried = new Set(dead.map(({ number }) => number));
  return {
    tally: tally(acts, await stage.records.effects(SERVICE)),
    poison: poison.size,
    notDead: poison.difference(buried).size,
    deadByMistake: buried.difference(poison).size,
    deadTwice: dead.length - buried.size,
    crashes: stage.crashes,
  };
}

function judge(ours: Ours, theirs: Tally): Finding {
  return verdict({
    figures: {
      sent: ours.tally.sent,
      applied: ours.tally.applied,
      missing: ours.tally.missing,
      duplicated: ours.tally.duplicated,
      'out of order': ours.tally.outOfOrder,
      'of acts never done, or poison': ours.tally.unasked,
      poison: ours.poison,
      'poison without a dead letter': ours.notDead,
      'dead letters of what is no poison': ours.deadByMistake,
      'dead letters beyond the first': ours.deadTwice,
      kills: ours.kills,
      'departures and returns': ours.departures,
      'processes that ended by themselves': ours.crashes,
      'control: sent': theirs.sent,
      'control: applied': theirs.applied,
      'control: out of order': theirs.outOfOrder,
    },
    none: [
      'missing',
      'duplicated',
      'out of order',
      'of acts never done, or poison',
      'poison without a dead letter',
      'dead letters of what is no poison',
      'dead letters beyond the first',
      'processes that ended by themselves',
    ],
    some: ['sent', 'poison', 'control: out of order'],
  });
}
