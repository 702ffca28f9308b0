/** What several rounds of one contestant come to. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b);
  return { median: percentile(sorted, 50), least: sorted.at(0) ?? NaN, most: sorted.at(-1) ?? NaN };
}

/** Of figures sorted from the least up; between two of them it lies in proportion. */
export function percentile(sorted: readonly number[], percent: number): number {
  const position = ((sorted.length - 1) * percent) / 100;
  const [below = NaN, above = below] = sorted.slice(Math.floor(position), Math.floor(position) + 2);
  return below + (above - below) * (position % 1);
}

/** How many times better ours is: 2 when it is twice as fast, or takes half the time. */
export function timesBetter(
  { ours, peer }: { ours: number; peer: number },
  better: 'higher' | 'lower',
): number {
  return better === 'higher' ? ours / peer : peer / ours;
}
