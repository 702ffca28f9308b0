import type { Experiment, ExperimentContext, Finding } from '../experiment.ts';
import { withRedis } from '../messaging/connection.ts';
import { scaled } from '../messaging/scale.ts';
import { verdict } from '../verdict.ts';
import { Stage } from './stage.ts';

const PROCESSES = 2;
const LANES = 8;
const FULL_TIMES = 100;
const TTL_MS = 5_000;

/** Workers in two processes add to one counter by reading it and writing it back. */
export const exactCount: Experiment = {
  area: 'locks',
  name: 'exact-count',
  promise:
    '16 workers in 2 processes that each read a counter and write it back 100 times under a lock make exactly 1,600. ' +
    'Without the lock they make less.',
  run: async (context) => countUp(context, undefined),
};

/** The same while the wall clocks of both processes jump. */
export const movedClocks: Experiment = {
  area: 'locks',
  name: 'moved-clocks',
  promise:
    'The wall clocks of the processes jump by up to 60 seconds, both ways, twenty times a second, and the count is exact.',
  run: async (context) => countUp(context, 60_000),
};

async function countUp(context: ExperimentContext, clockJumpsMs?: number): Promise<Finding> {
  await using stage = new Stage(context);
  const redis = await stage.redis();
  const times = scaled(FULL_TIMES, context);
  const count = async (counter: string, locked: boolean) => {
    const task = { counterUrl: redis.url, counter, locked, lanes: LANES, times, ttlMs: TTL_MS };
    const workers = await Promise.all(
      Array.from({ length: PROCESSES }, async () =>
        stage.start([redis], { kind: 'increment', ...task, clockJumpsMs }),
      ),
    );
    await Promise.all(workers.map(async (worker) => worker.finish()));
    return withRedis(redis.url, async (client) => Number(await client.get(counter)));
  };
  const asked = PROCESSES * LANES * times;
  const counted = await count('locked', true);
  const unlocked = await count('unlocked', false);
  return verdict({
    figures: {
      'increments asked for': asked,
      'increments counted': counted,
      'increments lost': asked - counted,
      'control: increments lost': asked - unlocked,
    },
    none: ['increments lost'],
    some: ['increments counted', 'control: increments lost'],
  });
}
