import type { Redis } from 'ioredis';

import { isRedisUnavailable } from './redis.errors.js';

const firstDelayMs = 50;
const heartbeatMs = 5_000;

/** Doubles up to the bound; half of it random, so that a fleet does not come back in step. */
export function reconnectDelay(attempt: number, maxDelayMs: number): number {
  const delayMs = Math.min(firstDelayMs * 2 ** Math.min(attempt - 1, 16), maxDelayMs);
  return Math.ceil(delayMs * (0.5 + Math.random() / 2));
}

/**
 * A peer that vanished without a word leaves a connection that looks well: only the lack of an
 * answer tells. ioredis has a `socketTimeout` for this, whose timer outlives its connection and
 * then destroys the next one.
 */
export function whenSilent(client: Redis, replace: () => void): NodeJS.Timeout {
  return setInterval(() => {
    if (client.status !== 'ready') return;
    client.ping().catch((error: unknown) => {
      if (isRedisUnavailable(error)) replace();
    });
  }, heartbeatMs).unref();
}
