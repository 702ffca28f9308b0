import type { Entry } from './entry.js';

/** A value, and what is known of it. */
export interface ServedEntry<Value> {
  readonly value: Value;
  /** Milliseconds since it was loaded or written. */
  readonly ageMs: number;
  /** Whether it is past its time, or was made stale, and is served in its grace. */
  readonly isStale: boolean;
  /** What the loader or the write said of it. */
  readonly etag: string | undefined;
}

export function served<Value>(entry: Entry, value: unknown, isStale: boolean): ServedEntry<Value> {
  const ageMs = Math.max(0, Date.now() - entry.createdAt);
  return { value: value as Value, ageMs, isStale, etag: entry.etag };
}
