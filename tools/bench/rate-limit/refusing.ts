import { WrongResultError } from '../frame/benchmark.ts';

const CALLS_A_ROUND = 200_000;

/** The frame's methods: asks for a key that is over its limit; gives refusals a second. */
export function refusing(consume: () => Promise<boolean>, limit: number) {
  let isBlocked = false;
  const block = async (): Promise<void> => {
    for (let call = 0; call < limit; call += 1) {
      if (!(await consume())) throw new WrongResultError(`call ${call + 1} was refused`);
    }
    if (await consume()) throw new WrongResultError('the call beyond the limit was allowed');
    isBlocked = true;
  };
  return {
    round: async (): Promise<number> => {
      if (!isBlocked) await block();
      const from = performance.now();
      for (let call = 0; call < CALLS_A_ROUND; call += 1) {
        if (await consume()) throw new WrongResultError('a blocked key was let through');
      }
      return CALLS_A_ROUND / ((performance.now() - from) / 1_000);
    },
  };
}
