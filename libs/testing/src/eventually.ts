import { setTimeout as sleep } from 'node:timers/promises';

/** How long `eventually` tries, and how often. */
export interface EventuallyOptions {
  /** After that the last failure is thrown. Default: 30,000, so that only a hang fails by time. */
  readonly timeoutMs?: number;
  /** Pause between tries, in ms. Default: 25. */
  readonly intervalMs?: number;
}

/**
 * Calls the assertion until it passes and returns what it returned. For what other processes will
 * have done at some time: wait for the condition, never for a time.
 * @throws the assertion's last failure
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { timeoutMs = 30_000, intervalMs = 25 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await within(deadline - performance.now(), assertion);
    } catch (error) {
      if (performance.now() >= deadline) throw error;
    }
    await sleep(intervalMs);
  }
}

/** An assertion that hangs counts as one that fails. */
async function within<T>(ms: number, assertion: () => T | Promise<T>): Promise<T> {
  const answered = new AbortController();
  const expiry = sleep(Math.max(ms, 0), undefined, { signal: answered.signal }).then(
    () => {
      throw new Error('the assertion neither passed nor failed in time');
    },
    // Aborted: the assertion was faster.
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([(async () => assertion())(), expiry]);
  } finally {
    answered.abort();
  }
}
