import { type BenchCase, type Contestant, WrongResultError } from '../frame/benchmark.ts';
import {
  type Contender,
  type ContenderMaker,
  ours,
  redisSemaphore,
  redlock,
  redlockUniversal,
} from './contender.ts';

const WAITERS = 50;
const FOR_MS = 1_500;

interface Crowd {
  readonly grantsPerSecond: number;
  readonly longestWaitMs: number;
}

/** Fifty who want one lock again and again: how often it is granted, and how long the last one waits. */
export function crowd(redisUrl: string, prefix: string): BenchCase[] {
  const contestant =
    (figure: (crowd: Crowd) => number) =>
    (name: string, make: ContenderMaker): Contestant => ({
      name,
      start: async () => {
        const contender = await make({ redisUrl, resource: `${prefix}:crowd` });
        return {
          round: async () => figure(await contend(contender)),
          stop: async () => contender.close(),
        };
      },
    });
  const peers = (of: (name: string, make: ContenderMaker) => Contestant) => [
    { ...of('redis-semaphore', redisSemaphore), differs: 'looks every 10 ms; in no order' },
    { ...of('redlock', redlock), differs: 'looks every 200 ms or so; in no order' },
    { ...of('redlock-universal', redlockUniversal), differs: 'growing pauses; in no order' },
  ];
  const rate = contestant(({ grantsPerSecond }) => grantsPerSecond);
  const longest = contestant(({ longestWaitMs }) => longestWaitMs);
  return [
    {
      title: '50 waiters, throughput',
      unit: 'grants/s',
      better: 'higher',
      ours: rate('Trilith', ours()),
      peers: peers(rate),
    },
    {
      title: '50 waiters, longest wait of any',
      unit: 'ms',
      better: 'lower',
      ours: longest('Trilith, fair', ours({ fair: true })),
      peers: peers(longest),
    },
  ];
}

/** A wait that is still going on when the time is up counts, too. */
async function contend({ acquire }: Contender): Promise<Crowd> {
  const begun = performance.now();
  let grants = 0;
  let isHeld = false;
  let longestWaitMs = 0;
  const lane = async () => {
    while (performance.now() - begun < FOR_MS) {
      const from = performance.now();
      const release = await acquire();
      longestWaitMs = Math.max(longestWaitMs, performance.now() - from);
      if (isHeld) throw new WrongResultError('two had the lock at a time');
      isHeld = true;
      // Long enough for others to see that it is held.
      await new Promise((resolve) => setImmediate(resolve));
      isHeld = false;
      await release();
      grants += 1;
    }
  };
  await Promise.all(Array.from({ length: WAITERS }, lane));
  return { grantsPerSecond: (grants * 1_000) / (performance.now() - begun), longestWaitMs };
}
