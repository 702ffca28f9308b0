import { ContestantProcess } from '../frame/contestant-process.ts';
import type { LimitInput } from './consuming.ts';

/** Starts a contestant in a process of its own; each round is told the same. */
export async function started(file: string, input: LimitInput, round: object) {
  const limiter = await ContestantProcess.start(
    new URL(`${file}.process.ts`, import.meta.url),
    input,
  );
  return {
    round: async () => limiter.call<number>('round', round),
    total: async () => limiter.call<number>('total', {}),
    stop: async () => limiter.stop(),
  };
}
