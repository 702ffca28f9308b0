import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { pause } from '../pause.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { withRedis } from './connection.ts';
import type { ConsumerSettings, ProducerSettings, RelaySettings } from './programs/settings.ts';
import { republish } from './republish.ts';
import { scaled } from './scale.ts';
import { settled } from './settled.ts';
import { onStage, type Stage } from './stage.ts';
import { type Tally, tally } from './tally.ts';
import { work } from './work.ts';

const FULL = { events: 5_000 };
const KEYS = 50;
const CONSUMERS = 2;
const PATIENCE_MS = 60_000;
/** Nothing can come before events are published again: this only lets what is there arrive. */
const SHORT_PATIENCE_MS = 3_000;
const LOOK_EVERY_MS = 50;
const SERVICE = 'ledger';

/** Redis is emptied twice: at work, and by a restart without its files, unread events in it. */
export const emptiedRedis: Experiment = {
  area: 'messaging',
  name: 'emptied-redis',
  promise:
    'When Redis has lost all that it had, events are published again from the outbox, and every ' +
    'event has taken effect once. Before that some are missing.',
  run: async (context) => onStage({ context }, async (stage) => experiment(stage, context)),
};

async function experiment(stage: Stage, context: ExperimentContext): Promise<Finding> {
  const { records, redis } = stage;
  const events = context.events ?? scaled(FULL.events, context);
  const random = seededRandom(context.seed);
  await records.addActs(work({ random, events, keys: KEYS }));
  const [consumers] = await Promise.all([
    startConsumers(stage),
    stage.start<RelaySettings>('relay', { replicas: 2 }),
  ]);
  const perSecond = Math.max(1, events / context.seconds);
  await stage.start<ProducerSettings>('producer', { replicas: 1, perSecond });

  await until(async () => (await records.countDone()) >= events / 4, context);
  context.say('FLUSHALL at work');
  await withRedis(redis.url, async (client) => client.flushall());

  await until(async () => (await records.countDone()) >= events / 2, context);
  context.say('Consumers stop; the rest is sent, and Redis restarts without its files');
  await Promise.all(consumers.map(async (replica) => replica.kill()));
  await until(async () => (await records.countDone()) >= events, context);
  await until(async () => (await records.countUnsent()) === 0, context);
  await redis.kill();
  await redis.startEmpty();
  await startConsumers(stage);
  await settle(stage, { events, patienceMs: SHORT_PATIENCE_MS, context });
  const before = await count(stage);

  context.say(`${before.missing} are missing; publishing again …`);
  await republish(stage);
  await settle(stage, { events, patienceMs: PATIENCE_MS, context });
  return judge({ before, after: await count(stage), crashes: stage.crashes });
}

async function startConsumers(stage: Stage) {
  return stage.start<ConsumerSettings>('consumer', {
    replicas: CONSUMERS,
    service: SERVICE,
    effects: 'postgres',
  });
}

async function until(isTrue: () => Promise<boolean>, { signal }: ExperimentContext): Promise<void> {
  while (!(await isTrue())) await pause(LOOK_EVERY_MS, signal);
}

async function settle(
  { records }: Stage,
  {
    events,
    patienceMs,
    context,
  }: { readonly events: number; readonly patienceMs: number; readonly context: ExperimentContext },
): Promise<void> {
  await settled({
    context,
    patienceMs,
    read: async () => ({
      unsent: await records.countUnsent(),
      effects: await records.countEffects(SERVICE),
    }),
    isDone: ({ unsent, effects }) => unsent === 0 && effects >= events,
  });
}

async function count({ records }: Stage): Promise<Tally> {
  return tally(await records.actsDone(), await records.effects(SERVICE));
}

function judge({
  before,
  after,
  crashes,
}: {
  readonly before: Tally;
  readonly after: Tally;
  readonly crashes: number;
}): Finding {
  return verdict({
    figures: {
      sent: after.sent,
      'control: missing before publishing again': before.missing,
      applied: after.applied,
      missing: after.missing,
      duplicated: after.duplicated,
      'of acts never done': after.unasked,
      'times Redis was emptied': 2,
      'processes that ended by themselves': crashes,
    },
    none: ['missing', 'duplicated', 'of acts never done', 'processes that ended by themselves'],
    some: ['sent', 'control: missing before publishing again'],
  });
}
