import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { pause } from '../pause.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { backlog } from './backlog.ts';
import { withRedis } from './connection.ts';
import type { ConsumerSettings, ProducerSettings, RelaySettings } from './programs/settings.ts';
import { scaled } from './scale.ts';
import { settled } from './settled.ts';
import { onStage, type Stage } from './stage.ts';
import { tally } from './tally.ts';
import { work } from './work.ts';

const FULL = { events: 18_000 };
const TIMES_FASTER = 10;
/** A small part of the events, and some for each partition. */
const BOUND = { part: 0.1, least: 160 };
const KEYS = 100;
const HANDLER_MS = 100;
const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 60_000;
const SERVICE = 'ledger';

/** A producer that is ten times faster than the consumer, until all is sent; then quick consumers. */
export const slowConsumer: Experiment = {
  area: 'messaging',
  name: 'slow-consumer',
  promise:
    'While the producer is ten times faster than the consumer nothing is lost, and no more than ' +
    '`maxEntries` wait in Redis, the rest in the outbox: every event takes effect once when ' +
    'consumers are quick again.',
  run: async (context) => onStage({ context }, async (stage) => experiment(stage, context)),
};

async function experiment(stage: Stage, context: ExperimentContext): Promise<Finding> {
  const { records } = stage;
  const events = context.events ?? scaled(FULL.events, context);
  const perSecond = Math.max(TIMES_FASTER, events / context.seconds);
  const maxEntries = Math.max(BOUND.least, Math.round(events * BOUND.part));
  const random = seededRandom(context.seed);
  await records.addActs(work({ random, events, keys: KEYS }));
  const [slow] = await Promise.all([
    stage.start<ConsumerSettings>('consumer', {
      replicas: 1,
      service: SERVICE,
      effects: 'postgres',
      handlerMs: HANDLER_MS,
      messaging: { concurrency: handlersAtOnce(perSecond / TIMES_FASTER) },
    }),
    stage.start<RelaySettings>('relay', { replicas: 1, messaging: { maxEntries } }),
  ]);
  await stage.start<ProducerSettings>('producer', { replicas: 1, perSecond });
  const most = await mostInRedis(stage, { events, context });
  const meanwhile = await records.countEffects(SERVICE);
  await Promise.all(slow.map(async (replica) => replica.stop()));
  context.say(`${events} sent, ${meanwhile} handled meanwhile; quick consumers for the rest …`);
  await stage.start<ConsumerSettings>('consumer', {
    replicas: 2,
    service: SERVICE,
    effects: 'postgres',
  });
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    read: async () => ({
      unsent: await records.countUnsent(),
      effects: await records.countEffects(SERVICE),
    }),
    isDone: ({ unsent, effects }) => unsent === 0 && effects >= events,
  });
  return judge(stage, { meanwhile, most, maxEntries });
}

/** So many handlers that so many events a second are handled. */
function handlersAtOnce(perSecond: number): number {
  return Math.max(1, Math.round((perSecond * HANDLER_MS) / 1_000));
}

/** Watches what waits in Redis until all is done that is to be done. */
async function mostInRedis(
  { records, redis }: Stage,
  { events, context }: { readonly events: number; readonly context: ExperimentContext },
): Promise<number> {
  return withRedis(redis.url, async (client) => {
    let most = 0;
    while ((await records.countDone()) < events) {
      most = Math.max(most, await backlog(client, SERVICE));
      await pause(LOOK_EVERY_MS, context.signal);
    }
    return most;
  });
}

async function judge(
  stage: Stage,
  counts: { readonly meanwhile: number; readonly most: number; readonly maxEntries: number },
): Promise<Finding> {
  const { records } = stage;
  const { meanwhile, most, maxEntries } = counts;
  const found = tally(await records.actsDone(), await records.effects(SERVICE));
  return verdict({
    figures: {
      sent: found.sent,
      'handled while sending': meanwhile,
      'waiting when all was sent': found.sent - meanwhile,
      applied: found.applied,
      missing: found.missing,
      duplicated: found.duplicated,
      'of acts never done': found.unasked,
      'out of order': found.outOfOrder,
      'most in Redis at a time': most,
      'of these beyond maxEntries': Math.max(0, most - maxEntries),
      'waiting in the outbox at least': Math.max(0, found.sent - meanwhile - most),
      'left unsent': await records.countUnsent(),
      'processes that ended by themselves': stage.crashes,
    },
    none: [
      'missing',
      'duplicated',
      'out of order',
      'of acts never done',
      'of these beyond maxEntries',
      'left unsent',
      'processes that ended by themselves',
    ],
    some: ['sent', 'waiting when all was sent', 'waiting in the outbox at least'],
  });
}
