import type { ExperimentContext } from '../experiment.ts';
import { pause } from '../pause.ts';
import { type Random, seededRandom } from '../random.ts';

const LOOK_EVERY_MS = 50;

/** Something that is broken again and again. */
export interface Fault {
  readonly label: string;
  readonly times: number;
  /** Breaks and mends it. */
  readonly strike: (random: Random) => Promise<void>;
}

interface Options {
  /** How much of the work is done: from 0 to 1. */
  readonly progress: () => Promise<number>;
  readonly context: Pick<ExperimentContext, 'seed' | 'signal' | 'say'>;
}

/**
 * Strikes each fault its number of times, spread at random over the work. By the work that is done
 * and not by the clock, so that a slow machine is hit as often, at the same places.
 */
export async function strikeThroughout(
  faults: readonly Fault[],
  { progress, context }: Options,
): Promise<void> {
  const struck = await Promise.allSettled(
    faults.map(async (fault, lane) => {
      // One of its own: who chooses next among faults is a matter of time, not of the seed.
      const random = seededRandom(context.seed + lane);
      for (const [index, mark] of marks(fault.times, random).entries()) {
        while ((await progress()) < mark) await pause(LOOK_EVERY_MS, context.signal);
        context.signal.throwIfAborted();
        context.say(`${fault.label}, ${index + 1} of ${fault.times}`);
        await fault.strike(random);
      }
    }),
  );
  // Each is waited for: none may start a process again when the experiment has been cleared away.
  for (const lane of struck) if (lane.status === 'rejected') throw lane.reason;
}

/** One in each of so many equal parts of the work; none at its very end. */
function marks(times: number, random: Random): number[] {
  return Array.from({ length: times }, (_, part) => ((part + random.next()) / times) * 0.95);
}
