import { setTimeout as sleep } from 'node:timers/promises';
import { MigrationAbortedError } from './migrations.errors.js';

const POLL_MS = 150;

/**
 * Calls `attempt` until it gives something, with jittered pauses between calls: runners that start
 * together must not ask together for ever. Polling instead of a blocking lock keeps a waiting
 * runner from holding a transaction open, which `CREATE INDEX CONCURRENTLY` would wait for.
 * @returns undefined when `waitMs` passed without one
 */
export async function pollFor<T>(
  attempt: () => Promise<T | undefined>,
  options: { waitMs: number; signal: AbortSignal },
): Promise<T | undefined> {
  const deadline = performance.now() + options.waitMs;
  for (;;) {
    throwIfAborted(options.signal);
    const result = await attempt();
    if (result !== undefined) return result;
    const left = deadline - performance.now();
    if (left <= 0) return undefined;
    await pause(Math.min(left, POLL_MS * (0.5 + Math.random())), options.signal);
  }
}

/** @throws MigrationAbortedError if the run was told to stop */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new MigrationAbortedError('stopped before all migrations were applied', {
      cause: signal.reason,
    });
  }
}

/** A pause that an abort ends early; the caller looks at the signal afterwards. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
