import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { pause } from '../pause.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import type { ConsumerSettings, ProducerSettings, RelaySettings } from './programs/settings.ts';
import type { Replica } from './replica.ts';
import { scaled } from './scale.ts';
import { settled } from './settled.ts';
import { onStage, type Stage } from './stage.ts';
import { tally } from './tally.ts';
import { work } from './work.ts';

const FULL = { events: 2_000, freezes: 10 };
const KEYS = 50;
/** Long enough to be frozen in the midst of it. */
const HANDLER_MS = 200;
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 25;

/** Acts that the replica has begun and had no effect of. $1 text: service, $2 text: replica. */
const AT_WORK = `
SELECT DISTINCT number FROM beginnings WHERE service = $1 AND replica = $2
EXCEPT
SELECT number FROM effects WHERE service = $1`;

/** Who has had the effects of those acts, each once. $1 text: service, $2 int[]: their numbers. */
const HAD_BY = `
SELECT DISTINCT ON (number) replica
FROM effects
WHERE service = $1 AND number = ANY ($2::int[])
ORDER BY number, position`;

/** Two services have the same handlers; only one has an inbox. */
const WITH_INBOX = 'ledger';
const WITHOUT_INBOX = 'careless';

/**
 * Of two replicas one is frozen (SIGSTOP) in the midst of its handlers until the other has had the
 * effects of what it had begun, and then goes on (SIGCONT) with what is no longer its own.
 */
export const frozenConsumer: Experiment = {
  area: 'messaging',
  name: 'frozen-consumer',
  promise:
    'Every event takes effect once, and in the order of its key, though a consumer is frozen (SIGSTOP) past its lease in the ' +
    'midst of its handlers and wakes (SIGCONT) when others have had them. ' +
    'Without an inbox the same handlers have effects twice.',
  run: async (context) => onStage({ context }, async (stage) => experiment(stage, context)),
};

async function experiment(stage: Stage, context: ExperimentContext): Promise<Finding> {
  const random = seededRandom(context.seed);
  const events = context.events ?? scaled(FULL.events, context);
  await stage.records.addActs(work({ random, events, keys: KEYS }));
  const [careful, careless] = await Promise.all([
    startConsumers(stage, WITH_INBOX),
    startConsumers(stage, WITHOUT_INBOX),
    stage.start<RelaySettings>('relay', { replicas: 1 }),
  ]);
  const perSecond = Math.max(1, events / context.seconds);
  await stage.start<ProducerSettings>('producer', { replicas: 1, perSecond });
  const times = scaled(FULL.freezes, context);
  const [takenOver, takenOverCareless] = await Promise.all([
    freeze({ stage, service: WITH_INBOX, replicas: careful, times, context }),
    freeze({ stage, service: WITHOUT_INBOX, replicas: careless, times, context }),
  ]);
  context.say('Waiting for the rest to be handled …');
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    read: async () => stage.records.countEffects(WITH_INBOX),
    isDone: (count) => count >= events,
  });
  return judge(stage, { freezes: 2 * times, takenOver, takenOverCareless });
}

async function startConsumers(stage: Stage, service: string): Promise<Replica[]> {
  return stage.start<ConsumerSettings>('consumer', {
    replicas: 2,
    service,
    effects: service === WITH_INBOX ? 'postgres' : 'bare',
    handlerMs: HANDLER_MS,
    notesBeginnings: true,
  });
}

/** @returns how many handlers others have repeated while theirs were frozen. */
async function freeze(options: {
  readonly stage: Stage;
  readonly service: string;
  readonly replicas: readonly Replica[];
  readonly times: number;
  readonly context: ExperimentContext;
}): Promise<number> {
  const { stage, service, replicas, times, context } = options;
  let takenOver = 0;
  for (let time = 0; time < times; time += 1) {
    const replica = replicas[time % replicas.length] as Replica;
    const frozen = await freezeAtWork({ stage, service, replica, context });
    context.say(
      `${replica.label} is frozen with ${frozen.length} handlers, ${time + 1} of ${times}`,
    );
    takenOver += await untilTakenOver({ stage, service, replica, frozen, context });
    replica.thaw();
  }
  return takenOver;
}

interface Frozen {
  readonly stage: Stage;
  readonly service: string;
  readonly replica: Replica;
  readonly context: ExperimentContext;
}

/** Freezes the replica when it has handlers at work; their acts. */
async function freezeAtWork({ stage, service, replica, context }: Frozen): Promise<number[]> {
  for (;;) {
    replica.freeze();
    const rows = await stage.records.query<{ number: number }>(AT_WORK, service, replica.label);
    if (rows.length > 0) return rows.map(({ number }) => number);
    replica.thaw();
    await pause(LOOK_EVERY_MS, context.signal);
  }
}

/** Waits until all of them have had their effect; how many of them by others. */
async function untilTakenOver({
  stage,
  service,
  replica,
  frozen,
  context,
}: Frozen & { readonly frozen: readonly number[] }): Promise<number> {
  const read = async () => stage.records.query<{ replica: string }>(HAD_BY, service, frozen);
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    read,
    isDone: ({ length }) => length === frozen.length,
    lookAgainAfterMs: 0,
  });
  return (await read()).filter((effect) => effect.replica !== replica.label).length;
}

async function judge(
  stage: Stage,
  counts: { freezes: number; takenOver: number; takenOverCareless: number },
): Promise<Finding> {
  const { records } = stage;
  const acts = await records.actsDone();
  const ours = tally(acts, await records.effects(WITH_INBOX));
  const control = tally(acts, await records.effects(WITHOUT_INBOX));
  return verdict({
    figures: {
      sent: ours.sent,
      applied: ours.applied,
      missing: ours.missing,
      duplicated: ours.duplicated,
      'out of order': ours.outOfOrder,
      'of acts never done': ours.unasked,
      freezes: counts.freezes,
      'handlers repeated by others': counts.takenOver,
      'processes that ended by themselves': stage.crashes,
      'control: handlers repeated by others': counts.takenOverCareless,
      'control: duplicated': control.duplicated,
    },
    none: [
      'missing',
      'duplicated',
      'out of order',
      'of acts never done',
      'processes that ended by themselves',
    ],
    some: ['sent', 'handlers repeated by others', 'control: duplicated'],
  });
}
