import type { Answer } from '../lock-store.js';

/** How long the last token of a resource that nobody locks is remembered, in milliseconds. */
export const FENCE_MEMORY_MS = 7 * 24 * 60 * 60 * 1_000;

/**
 * After how long a waiter counts as dead that was not heard of, in milliseconds: some times the
 * interval in which one that lives asks again.
 */
export const ALIVE_MS = 2_000;

/** What the acquiring scripts return. */
export function parseAnswer(reply: unknown): Answer {
  const [token, leftMs = -1, last] = reply as [string | null, number?, (string | null)?];
  if (token !== null) return { granted: true, fencingToken: BigInt(token) };
  // Negative: the key does not expire, so nobody of this library wrote it.
  return { granted: false, retryMs: leftMs < 0 ? Infinity : leftMs, lastToken: BigInt(last ?? 0) };
}

/** What the other scripts return. */
export function parseHeld(reply: unknown): boolean {
  return reply === 1;
}
