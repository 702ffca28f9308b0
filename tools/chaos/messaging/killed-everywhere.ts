import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { seededRandom } from '../random.ts';
import { verdict } from '../verdict.ts';
import { type Effect, effectsList } from './acts.ts';
import { withRedis } from './connection.ts';
import { strikeThroughout } from './faults.ts';
import { nestTransport } from './nest-transport.ts';
import type { ConsumerSettings, ProducerSettings, RelaySettings } from './programs/settings.ts';
import type { Replica } from './replica.ts';
import { scaleOf } from './scale.ts';
import { settled } from './settled.ts';
import { onStage, type Stage } from './stage.ts';
import { killing, restarting } from './strikes.ts';
import { type Tally, tally } from './tally.ts';
import { work } from './work.ts';

const KEYS = 100;
const PATIENCE_MS = 60_000;

/**
 * An outbox in PostgreSQL, two relays, two services of two replicas: one has its effects in
 * PostgreSQL with an inbox, the other in the very Redis that is killed, by a script with an inbox.
 */
export const killedEverywhere: Experiment = {
  area: 'messaging',
  name: 'killed-everywhere',
  promise:
    'Every event takes effect once in every service, and in the order of its key, while producer, relays and consumers are ' +
    'killed (SIGKILL), and Redis (append-only file, fsync before each reply) too. ' +
    "Nest's own Redis transport loses events in the same experiment.",
  run: async (context) => {
    const ours = await onStage({ context }, async (stage) => ourTransport(stage, context));
    context.say("The control: Nest's own Redis transport …");
    const theirs = await onStage({ context }, async (stage) =>
      nestTransport(stage, { context, scale: scaleOf(context) }),
    );
    return judge(ours, theirs);
  },
};

interface Ours {
  readonly postgres: Tally;
  readonly redis: Tally;
  readonly counts: { kills: number; restarts: number; crashes: number; unsent: number };
}

async function ourTransport(stage: Stage, context: ExperimentContext): Promise<Ours> {
  const random = seededRandom(context.seed);
  const { events, perSecond, kills, restarts } = scaleOf(context);
  await stage.records.addActs(work({ random, events, keys: KEYS }));
  const [consumers, relays] = await Promise.all([startConsumers(stage), startRelays(stage)]);
  const producers = await stage.start<ProducerSettings>('producer', { replicas: 1, perSecond });
  await strikeThroughout(
    [
      killing({ label: 'kill -9 of the producer', of: producers, times: kills, context }),
      killing({ label: 'kill -9 of relays', of: relays, times: kills, context }),
      killing({ label: 'kill -9 of consumers', of: consumers, times: kills, context }),
      restarting({ stage, times: restarts, context }),
    ],
    { context, progress: async () => (await stage.records.countDone()) / events },
  );
  context.say('Waiting for the rest to be handled …');
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    read: async () => progress(stage),
    isDone: ({ done, unsent, ledger, counters }) =>
      unsent === 0 && [done, ledger, counters].every((count) => count >= events),
  });
  const acts = await stage.records.actsDone();
  return {
    postgres: tally(acts, await stage.records.effects('ledger')),
    redis: tally(acts, await effectsInRedis(stage, 'counters')),
    counts: {
      kills: stage.kills,
      restarts,
      crashes: stage.crashes,
      unsent: await stage.records.countUnsent(),
    },
  };
}

async function startConsumers(stage: Stage): Promise<Replica[]> {
  const [ledger, counters] = await Promise.all([
    stage.start<ConsumerSettings>('consumer', {
      replicas: 2,
      service: 'ledger',
      effects: 'postgres',
    }),
    stage.start<ConsumerSettings>('consumer', {
      replicas: 2,
      service: 'counters',
      effects: 'redis',
    }),
  ]);
  return [...ledger, ...counters];
}

async function startRelays(stage: Stage): Promise<Replica[]> {
  return stage.start<RelaySettings>('relay', { replicas: 2 });
}

async function progress(stage: Stage) {
  const { records } = stage;
  return {
    done: await records.countDone(),
    unsent: await records.countUnsent(),
    ledger: await records.countEffects('ledger'),
    counters: (await effectsInRedis(stage, 'counters')).length,
  };
}

async function effectsInRedis({ redis }: Stage, service: string): Promise<Effect[]> {
  const effects = await withRedis(redis.url, async (client) =>
    client.lrange(effectsList(service), 0, -1),
  );
  return effects.map((effect) => JSON.parse(effect) as Effect);
}

function judge({ postgres, redis, counts }: Ours, theirs: Tally): Finding {
  return verdict({
    figures: {
      sent: postgres.sent,
      'applied in PostgreSQL': postgres.applied,
      'missing in PostgreSQL': postgres.missing,
      'duplicated in PostgreSQL': postgres.duplicated,
      'applied in Redis': redis.applied,
      'missing in Redis': redis.missing,
      'duplicated in Redis': redis.duplicated,
      'of acts never done': postgres.unasked + redis.unasked,
      kills: counts.kills,
      'restarts of Redis': counts.restarts,
      'processes that ended by themselves': counts.crashes,
      'left unsent': counts.unsent,
      'out of order in PostgreSQL': postgres.outOfOrder,
      'out of order in Redis': redis.outOfOrder,
      'control: sent': theirs.sent,
      'control: missing': theirs.missing,
      'control: duplicated': theirs.duplicated,
    },
    none: [
      'missing in PostgreSQL',
      'duplicated in PostgreSQL',
      'missing in Redis',
      'duplicated in Redis',
      'of acts never done',
      'processes that ended by themselves',
      'left unsent',
      'out of order in PostgreSQL',
      'out of order in Redis',
    ],
    some: ['sent', 'control: missing'],
  });
}
