import type { ExperimentContext } from '../experiment.ts';
import { pause } from '../pause.ts';
import type { Fault } from './faults.ts';
import type { Replica } from './replica.ts';
import type { Stage } from './stage.ts';

const LONGEST_AWAY_MS = { replica: 300, redis: 1_000 };

interface Strikes {
  readonly times: number;
  readonly context: Pick<ExperimentContext, 'signal'>;
}

/**
 * Kills one of the replicas each time, at random, and every second time all of them, so that for a
 * while there is nobody; starts them again.
 */
export function killing({
  label,
  of,
  times,
  context,
}: Strikes & { readonly label: string; readonly of: readonly Replica[] }): Fault {
  let strikes = 0;
  return {
    label,
    times,
    strike: async (random) => {
      strikes += 1;
      const struck = strikes % 2 === 0 ? of : [random.pick(of)];
      await Promise.all(struck.map(async (replica) => replica.kill()));
      await pause(LONGEST_AWAY_MS.replica * random.next(), context.signal);
      await Promise.all(struck.map(async (replica) => replica.start()));
    },
  };
}

/** Kills Redis each time, and starts it again with its append-only file. */
export function restarting({ stage, times, context }: Strikes & { readonly stage: Stage }): Fault {
  return {
    label: 'kill -9 of Redis',
    times,
    strike: async (random) => {
      await stage.redis.kill();
      await pause(LONGEST_AWAY_MS.redis * random.next(), context.signal);
      await stage.redis.start();
    },
  };
}
