import type { Entry } from '../entry.js';
import type { EntryOptions } from '../entry.options.js';

/** What of an entry's options says when this process looks at it again. */
export type Timing = Pick<EntryOptions, 'memoryTtlMs' | 'earlyRefresh'>;

/** The share of the ttl for which memory answers without Redis. */
const MEMORY_SHARE = 0.1;

/**
 * Sets the moments at which this process looks again at an entry, by the monotonic clock: a step of
 * the time of day changes none of them.
 */
export function plan(entry: Entry, timing: Timing, hasRedis: boolean): void {
  const { createdAt, freshUntil } = entry;
  if (freshUntil === 0) return;
  const { memoryTtlMs, earlyRefresh } = timing;
  const monotonic = performance.now();
  const toMonotonic = monotonic - Date.now();
  const ttlMs = freshUntil - createdAt;
  entry.memoryUntil = monotonic + (memoryTtlMs ?? (hasRedis ? ttlMs * MEMORY_SHARE : ttlMs));
  entry.freshUntilMonotonic = freshUntil + toMonotonic;
  // Not all processes at once: each draws its moment.
  const share = (earlyRefresh ?? 1) + ((1 - (earlyRefresh ?? 1)) / 2) * Math.random();
  entry.refreshFrom(
    earlyRefresh === undefined ? Infinity : createdAt + ttlMs * share + toMonotonic,
  );
}
