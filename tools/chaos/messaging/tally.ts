import type { Act, Effect } from './acts.ts';

/** What was done, held against the effects it had. */
export interface Tally {
  readonly sent: number;
  /** Acts that had an effect. */
  readonly applied: number;
  /** Acts that should have had an effect, and had none. */
  readonly missing: number;
  /** Effects beyond the first of an act. */
  readonly duplicated: number;
  /** Effects that come after one of a later act of their key. */
  readonly outOfOrder: number;
  /** Effects of what was never sent, or should have had none. */
  readonly unasked: number;
}

/** @param effects in the order in which they were had. */
export function tally(acts: readonly Act[], effects: readonly Effect[]): Tally {
  const expected = new Set(acts.filter(({ isPoison }) => !isPoison).map(({ number }) => number));
  const applied = new Set(effects.map(({ number }) => number));
  return {
    sent: acts.length,
    applied: applied.size,
    missing: expected.difference(applied).size,
    duplicated: effects.length - applied.size,
    outOfOrder: inversions(effects),
    unasked: applied.difference(expected).size,
  };
}

function inversions(effects: readonly Effect[]): number {
  const latest = new Map<string, number>();
  let count = 0;
  for (const { key, sequence } of effects) {
    const before = latest.get(key) ?? 0;
    if (sequence < before) count += 1;
    latest.set(key, Math.max(sequence, before));
  }
  return count;
}
