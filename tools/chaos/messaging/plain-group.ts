import type { ExperimentContext } from '../experiment.ts';
import { seededRandom } from '../random.ts';
import { withRedis } from './connection.ts';
import type { PlainConsumerSettings, PlainProducerSettings } from './programs/settings.ts';
import { settled } from './settled.ts';
import type { Stage } from './stage.ts';
import { type Tally, tally } from './tally.ts';
import { work } from './work.ts';

/** Few, so that many events of one key wait together. */
const KEYS = 10;
const STREAM = 'acts';
const SERVICE = 'ledger';
const HANDLER_MS = 20;
const PATIENCE_MS = 10_000;

/** The control: a consumer group on one stream, without faults: order is lost even so. */
export async function plainGroup(
  stage: Stage,
  {
    events,
    consumers,
    context,
  }: { readonly events: number; readonly consumers: number; readonly context: ExperimentContext },
): Promise<Tally> {
  const { records } = stage;
  await records.addActs(work({ random: seededRandom(context.seed), events, keys: KEYS }));
  await createGroup(stage.redis.url);
  await stage.start<PlainConsumerSettings>('plain-consumer', {
    replicas: consumers,
    service: SERVICE,
    stream: STREAM,
    handlerMs: HANDLER_MS,
  });
  await stage.start<PlainProducerSettings>('plain-producer', {
    replicas: 1,
    stream: STREAM,
    // As quick as it can: what waits together is handled together.
    perSecond: events,
  });
  await settled({
    context,
    patienceMs: PATIENCE_MS,
    read: async () => records.countEffects(SERVICE),
    isDone: (count) => count >= events,
    lookAgainAfterMs: 0,
  });
  return tally(await records.actsDone(), await records.effects(SERVICE));
}

async function createGroup(url: string): Promise<void> {
  await withRedis(url, async (redis) => redis.xgroup('CREATE', STREAM, SERVICE, '0', 'MKSTREAM'));
}
