import { describe, expect, it } from '@jest/globals';

import { partitionOf } from '../../src/index.js';

describe('partitionOf', () => {
  it.each([
    // The published test values of FNV-1a.
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('should be FNV-1a of %j, modulo the number', (key, hash) => {
    for (const partitions of [1, 7, 16, 1_000]) {
      expect(partitionOf(key, partitions)).toBe(hash % partitions);
    }
  });

  it('should hash a key as the bytes of its UTF-8', () => {
    let hash = 0x811c9dc5n;
    for (const byte of [0xc3, 0xa4, 0xf0, 0x9f, 0x90, 0x84]) {
      hash = ((hash ^ BigInt(byte)) * 0x01000193n) % 2n ** 32n;
    }
    expect(partitionOf('ä🐄', 1_024)).toBe(Number(hash % 1_024n));
  });

  it.each([
    ['numbered keys', (n: number) => `k${n}`],
    ['uuids', () => crypto.randomUUID()],
  ])('should spread %s evenly', (_, keyOf) => {
    const counts = Array.from({ length: 16 }, () => 0);
    for (let n = 0; n < 16_000; n += 1) {
      const partition = partitionOf(keyOf(n), 16);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(700);
    expect(Math.max(...counts)).toBeLessThan(1_300);
  });
});
