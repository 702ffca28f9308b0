import type { BenchCase, Contestant } from '../frame/benchmark.ts';
import {
  type Contender,
  type ContenderMaker,
  floor,
  ours,
  redisSemaphore,
  redlock,
  redlockUniversal,
} from './contender.ts';

const FOR_MS = 700;

/** A lock that nobody else wants, taken and released one after the other. */
export function uncontended(redisUrl: string, prefix: string): BenchCase {
  const contestant = (name: string, make: ContenderMaker): Contestant => ({
    name,
    start: async () => {
      const contender = await make({ redisUrl, resource: `${prefix}:uncontended` });
      return { round: async () => takeAndRelease(contender), stop: async () => contender.close() };
    },
  });
  return {
    title: 'acquire and release, uncontended',
    unit: 'µs',
    better: 'lower',
    ours: contestant('Trilith', ours()),
    peers: [
      {
        ...contestant('SET NX and EVALSHA', floor),
        target: 1 / 1.1,
        differs: 'no fencing token, no renewal, no queue, no loss of a lease noticed',
      },
      { ...contestant('redlock', redlock), differs: 'no token; renews only when told' },
      { ...contestant('redlock-universal', redlockUniversal), differs: 'no token' },
      { ...contestant('redis-semaphore', redisSemaphore), differs: 'no token; renews by itself' },
    ],
  };
}

async function takeAndRelease({ acquire }: Contender): Promise<number> {
  const begun = performance.now();
  let times = 0;
  while (performance.now() - begun < FOR_MS) {
    const release = await acquire();
    await release();
    times += 1;
  }
  return ((performance.now() - begun) * 1_000) / times;
}
