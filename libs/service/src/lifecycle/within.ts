import { setTimeout as sleep } from 'node:timers/promises';

/** What {@link within} gives instead of a result when the time is over first. */
export const LATE = Symbol('late');

/** Waits for work, but no longer than this; the work itself goes on. */
export async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T | typeof LATE> {
  const timer = new AbortController();
  const late = sleep(timeoutMs, LATE, { signal: timer.signal }).catch(() => LATE);
  try {
    return await Promise.race([work, late as Promise<typeof LATE>]);
  } finally {
    timer.abort();
  }
}
