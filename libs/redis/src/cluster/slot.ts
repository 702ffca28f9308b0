import { Command } from 'ioredis';

import { parseTopology } from '../topology.js';

/** The slot of a cluster that a key lies in: by its hash tag, where it has one. */
export function slotOf(key: string): number {
  return new Command('exists', [key]).getSlot();
}

/**
 * Splits keys into those that one command may name: all of them, or on a cluster those of one slot.
 * They keep their order. For reads that wait for several streams or lists at a time.
 */
export function keysTogether(url: string, keys: readonly string[]): string[][] {
  if (keys.length === 0) return [];
  if (parseTopology(url).kind !== 'cluster') return [[...keys]];
  return [...Map.groupBy(keys, slotOf).values()];
}
