import type { ExperimentContext } from '../experiment.ts';
import { pause } from '../pause.ts';

const LOOK_EVERY_MS = 200;
/** A surplus shows late: what is taken over by mistake is so after a lease. */
const LOOK_AGAIN_AFTER_MS = 2_500;

interface Options<T> {
  readonly read: () => Promise<T>;
  readonly isDone: (state: T) => boolean;
  /** Without any change for so long, it is over. */
  readonly patienceMs: number;
  /** How long to wait when it is done; default 2,500, which is longer than the leases here. */
  readonly lookAgainAfterMs?: number;
  readonly context: Pick<ExperimentContext, 'signal'>;
}

/** Waits until the work is done, or nothing moves any more. */
export async function settled<T>({
  read,
  isDone,
  patienceMs,
  lookAgainAfterMs = LOOK_AGAIN_AFTER_MS,
  context,
}: Options<T>): Promise<void> {
  let last = '';
  let changedAt = performance.now();
  for (;;) {
    const state = await read();
    if (isDone(state)) break;
    const seen = JSON.stringify(state);
    if (seen !== last) [last, changedAt] = [seen, performance.now()];
    if (performance.now() - changedAt > patienceMs) return;
    await pause(LOOK_EVERY_MS, context.signal);
  }
  await pause(lookAgainAfterMs, context.signal);
}
