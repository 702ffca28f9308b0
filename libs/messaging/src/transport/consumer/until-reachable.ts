import { setTimeout as sleep } from 'node:timers/promises';

import { isRedisUnavailable } from '@trilith/redis';

const pauseMs = 250;

/**
 * Repeats a work, which must bear being repeated, for as long as the server is away.
 *
 * @throws what `work` threw for another reason, or once `signal` has aborted.
 */
export async function untilReachable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isRedisUnavailable(error)) throw error;
    }
    await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
}
