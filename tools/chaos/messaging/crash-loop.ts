import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { deadActs } from './dead-acts.ts';
import type { ConsumerSettings, ProducerSettings, RelaySettings } from './programs/settings.ts';
import type { Replica } from './replica.ts';
import { scaled } from './scale.ts';
import { settled } from './settled.ts';
import { onStage, type Stage } from './stage.ts';
import { tally } from './tally.ts';
import { work } from './work.ts';

const FULL = { events: 1_000 };
/** More often than an event is tried. */
const KILLS = 8;
const KEYS = 100;
const HANDLER_MS = 100;
/** With more, one could be overtaken in each life: begun too often, it would be given up rightly. */
const HANDLERS_AT_ONCE = 1;
const PATIENCE_MS = 60_000;
const SERVICE = 'ledger';

/** One slow consumer with many events in hand, killed again and again before it comes to them. */
export const crashLoop: Experiment = {
  area: 'messaging',
  name: 'crash-loop',
  promise:
    'However often a consumer is killed (SIGKILL) with events in hand that no handler has begun, ' +
    'none of them becomes a dead letter: each takes effect once.',
  run: async (context) => onStage({ context }, async (stage) => experiment(stage, context)),
};

async function experiment(stage: Stage, context: ExperimentContext): Promise<Finding> {
  const { records } = stage;
  const events = context.events ?? scaled(FULL.events, context);
  const random = seededRandom(context.seed);
  await records.addActs(work({ random, events, keys: KEYS }));
  const [consumers] = await Promise.all([
    stage.start<ConsumerSettings>('consumer', {
      replicas: 1,
      service: SERVICE,
      effects: 'postgres',
      handlerMs: HANDLER_MS,
      messaging: { concurrency: HANDLERS_AT_ONCE },
    }),
    stage.start<RelaySettings>('relay', { replicas: 1 }),
  ]);
  // All at once, so that the consumer has its hands full.
  await stage.start<ProducerSettings>('producer', { replicas: 1, perSecond: events });
  await killAgainAndAgain(stage, consumers, context);
  context.say('Waiting for the rest to be handled …');
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    read: async () => handled(stage),
    isDone: ({ effects, dead }) => effects + dead >= events,
  });
  return judge(stage);
}

/** Each time when it has done something since it was started. */
async function killAgainAndAgain(
  stage: Stage,
  consumers: readonly Replica[],
  context: ExperimentContext,
): Promise<void> {
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const before = await handled(stage);
    await settled({
      context,
      patienceMs: PATIENCE_MS,
      lookAgainAfterMs: 0,
      read: async () => handled(stage),
      isDone: ({ effects, dead }) => effects > before.effects || dead > before.dead,
    });
    context.say(`kill -9 of the consumer, ${kill} of ${KILLS}`);
    await Promise.all(consumers.map(async (consumer) => consumer.kill()));
    await Promise.all(consumers.map(async (consumer) => consumer.start()));
  }
}

async function handled({ records, redis }: Stage) {
  return {
    effects: await records.countEffects(SERVICE),
    dead: (await deadActs(redis.url, SERVICE)).length,
  };
}

async function judge(stage: Stage): Promise<Finding> {
  const { records, kills, crashes } = stage;
  const found = tally(await records.actsDone(), await records.effects(SERVICE));
  return verdict({
    figures: {
      sent: found.sent,
      applied: found.applied,
      missing: found.missing,
      duplicated: found.duplicated,
      'out of order': found.outOfOrder,
      'of acts never done': found.unasked,
      'dead letters': (await handled(stage)).dead,
      kills,
      'processes that ended by themselves': crashes,
    },
    none: [
      'missing',
      'duplicated',
      'out of order',
      'of acts never done',
      'dead letters',
      'processes that ended by themselves',
    ],
    some: ['sent', 'kills'],
  });
}
