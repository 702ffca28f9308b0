import { setTimeout as sleep } from 'node:timers/promises';

import type { Logger } from '@nestjs/common';
import { isRedisUnavailable } from '@trilith/redis';

const pauseMs = 250;

/** When to give up, and who is told of what goes wrong. */
export interface UntilDoneOptions {
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Repeats a work, which must bear being repeated, until it succeeds. That the server is away is told
 * by its connection; other failures (no memory left, say) are logged each time.
 *
 * @throws what `work` threw last, once `signal` has aborted.
 */
export async function untilDone<T>(
  work: () => Promise<T>,
  { signal, logger }: UntilDoneOptions,
): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw error;
      if (!isRedisUnavailable(error)) logger.error(error);
    }
    await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
}
