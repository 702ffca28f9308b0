import type { ExperimentContext } from '../experiment.ts';
import { seededRandom } from '../random.ts';
import { strikeThroughout } from './faults.ts';
import type { ConsumerSettings, ProducerSettings } from './programs/settings.ts';
import type { Scale } from './scale.ts';
import { settled } from './settled.ts';
import type { Stage } from './stage.ts';
import { killing, restarting } from './strikes.ts';
import { type Tally, tally } from './tally.ts';
import { work } from './work.ts';

const KEYS = 100;
/** Nobody sends again what was lost: when nothing comes for so long, nothing will. */
const PATIENCE_MS = 3_000;

/** The control: the same acts under the same faults, over Nest's own Redis transport. */
export async function nestTransport(
  stage: Stage,
  { context, scale }: { readonly context: ExperimentContext; readonly scale: Scale },
): Promise<Tally> {
  const { records } = stage;
  const random = seededRandom(context.seed);
  const { events, perSecond, kills, restarts } = scale;
  await records.addActs(work({ random, events, keys: KEYS }));
  const consumers = await stage.start<Omit<ConsumerSettings, 'effects'>>('nest-consumer', {
    replicas: 2,
    service: 'ledger',
  });
  const producers = await stage.start<ProducerSettings>('nest-producer', {
    replicas: 1,
    perSecond,
  });
  await strikeThroughout(
    [
      killing({ label: 'kill -9 of the producer', of: producers, times: kills, context }),
      killing({ label: 'kill -9 of consumers', of: consumers, times: kills, context }),
      restarting({ stage, times: restarts, context }),
    ],
    { context, progress: async () => (await records.countDone()) / events },
  );
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    read: async () => ({
      done: await records.countDone(),
      effects: await records.countEffects('ledger'),
    }),
    isDone: () => false,
  });
  return tally(await records.actsDone(), await records.effects('ledger'));
}
