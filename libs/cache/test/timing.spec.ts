import { describe, expect, it } from '@jest/globals';

import { Entry } from '../src/entry.js';
import { plan } from '../src/memory/timing.js';

const facts = { position: 1, hasGrace: false, tags: [], etag: undefined, absence: undefined };

/** For how long memory answers with an entry that was made just now, between two bounds. */
function memoryTime(
  ttlMs: number,
  { hasRedis = true, memoryTtlMs = undefined as number | undefined },
) {
  const createdAt = Date.now();
  const freshUntil = createdAt + ttlMs;
  const entry = new Entry({ ...facts, createdAt, freshUntil, goneAt: freshUntil }, 1, false, 1);
  const before = performance.now();
  plan(entry, { memoryTtlMs }, hasRedis);
  return { least: entry.memoryUntil - performance.now(), most: entry.memoryUntil - before };
}

describe('the time for which memory answers', () => {
  it.each([
    ['a tenth of the time to live', 60_000, {}, 6_000],
    ['all of it without Redis', 60_000, { hasRedis: false }, 60_000],
    ['what it is told', 60_000, { memoryTtlMs: 45_000 }, 45_000],
    ['not at all', 60_000, { memoryTtlMs: 0 }, 0],
  ])('should be %s', (_title, ttlMs, given, expected) => {
    const { least, most } = memoryTime(ttlMs, given);
    expect(least).toBeLessThanOrEqual(expected);
    expect(most).toBeGreaterThanOrEqual(expected);
  });
});
