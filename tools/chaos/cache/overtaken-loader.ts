import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { scaled } from '../messaging/scale.ts';
import { verdict } from '../verdict.ts';
import { askAll, type Networked, withFleet } from './fleet.ts';
import { Source } from './programs/source.ts';
import { until } from './until.ts';

const FULL = { keys: 300 };
const REPLICAS = 2;
const DEFAULTS = { ttlMs: 600_000, memoryTtlMs: 600_000 };

/** Each key is written by one replica while the other loads it. */
export const overtakenLoader: Experiment = {
  area: 'cache',
  name: 'overtaken-loader',
  promise:
    'A loader that began before a write never puts the old value back, in Redis or in any ' +
    "replica's memory. With GET and SET it does.",
  run: async (context) => {
    const ours = await oldValues('ours', context);
    context.say('The control: GET and SET …');
    const theirs = await oldValues('naive', context);
    return judge(ours, theirs);
  },
};

interface Counted {
  readonly keys: number;
  /** Keys of which some replica gave the old value afterwards, times replicas. */
  readonly old: number;
}

async function oldValues(kind: 'ours' | 'naive', context: ExperimentContext): Promise<Counted> {
  return withFleet(context, async (fleet) => {
    const replicas = await fleet.start({
      replicas: REPLICAS,
      kind,
      defaults: DEFAULTS,
      // Redis is well here: no write may be put off, as its version is owed at once.
      redis: { commandTimeoutMs: 30_000 },
    });
    const source = new Source(fleet.redis.url);
    const keys = Array.from({ length: scaled(FULL.keys, context) }, (_, at) => `raced:${at}`);
    try {
      for (const [at, key] of keys.entries()) {
        // Every other key is written by the process that loads it.
        const [loading, other] = at % 4 < 2 ? replicas : replicas.toReversed();
        const writing = at % 2 === 0 ? other : loading;
        await race(key, { loading, writing, source, context });
      }
    } finally {
      source.close();
    }
    const countOld = async () =>
      (await askAll<number>(replicas, 'countOld', { keys })).reduce((sum, old) => sum + old, 0);
    // A message about a write may still be on its way; one that was missed never comes.
    await until(async () => (await countOld()) === 0, { signal: context.signal, withinMs: 2_000 });
    return { keys: keys.length, old: await countOld() };
  });
}

interface Race {
  readonly loading: Networked | undefined;
  readonly writing: Networked | undefined;
  readonly source: Source;
  readonly context: ExperimentContext;
}

async function race(key: string, { loading, writing, source, context }: Race): Promise<void> {
  const loaded = loading?.member.call('loadAcross', { key });
  await until(async () => (await source.counted('begun', key)) === 1, context);
  await writing?.member.call('write', { key });
  await loaded;
}

function judge(ours: Counted, theirs: Counted): Finding {
  return verdict({
    figures: {
      'keys written while they were loaded': ours.keys,
      'old values afterwards': ours.old,
      'control: old values afterwards': theirs.old,
    },
    none: ['old values afterwards'],
    some: ['keys written while they were loaded', 'control: old values afterwards'],
  });
}
