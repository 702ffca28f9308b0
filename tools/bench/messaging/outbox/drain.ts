import { setTimeout as sleep } from 'node:timers/promises';

/** What each process of this case is told. */
export interface DrainInput {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly prefix: string;
}

export interface RoundInput {
  readonly count: number;
}

export const TOPIC = 'bench.happened';

export function payloadOf(number: number) {
  return { number, name: 'Ada Lovelace', text: 'x'.repeat(100) };
}

const LOOK_EVERY_MS = 2;

/**
 * Items a second, from the first look that sees some done to the one that sees all done: what a
 * start takes is left out.
 */
export async function drainRate(
  count: number,
  { done, isOver }: { done: () => Promise<number>; isOver: () => Promise<boolean> },
): Promise<number> {
  let seen = 0;
  while ((seen = await done()) === 0) await sleep(LOOK_EVERY_MS);
  const begun = performance.now();
  while ((await done()) < count || !(await isOver())) await sleep(LOOK_EVERY_MS);
  return ((count - seen) * 1_000) / (performance.now() - begun);
}
