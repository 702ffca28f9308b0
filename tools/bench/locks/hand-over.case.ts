import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchCase, type Contestant, WrongResultError } from '../frame/benchmark.ts';
import { percentile } from '../frame/statistics.ts';
import {
  type Contender,
  type ContenderMaker,
  ours,
  redisSemaphore,
  redlock,
  redlockUniversal,
} from './contender.ts';

const HAND_OVERS = 15;

/** Two contenders, of which one waits while the other works: from the release to the grant. */
export function handOver(redisUrl: string, prefix: string): BenchCase {
  const contestant = (name: string, make: ContenderMaker): Contestant => ({
    name,
    start: async () => {
      const place = { redisUrl, resource: `${prefix}:hand-over` };
      const pair = [await make(place), await make(place)] as const;
      return {
        round: async () => medianHandOver(pair),
        stop: async () => void (await Promise.all(pair.map(async (one) => one.close()))),
      };
    },
  });
  return {
    title: 'hand-over between two contenders, p50',
    unit: 'ms',
    better: 'lower',
    ours: contestant('Trilith', ours()),
    peers: [
      { ...contestant('redis-semaphore', redisSemaphore), target: 8, differs: 'looks every 10 ms' },
      { ...contestant('redlock', redlock), target: 100, differs: 'looks every 200 ms or so' },
      {
        ...contestant('redlock-universal', redlockUniversal),
        differs: 'looks with growing pauses',
      },
    ],
  };
}

async function medianHandOver(pair: readonly [Contender, Contender]): Promise<number> {
  const times: number[] = [];
  let isHeld = false;
  const take = async ({ acquire }: Contender) => {
    const release = await acquire();
    if (isHeld) throw new WrongResultError('two had the lock at a time');
    isHeld = true;
    return async () => {
      isHeld = false;
      await release();
    };
  };
  for (let n = 0; n < HAND_OVERS; n += 1) {
    const [holder, waiter] = n % 2 ? pair : [pair[1], pair[0]];
    const release = await take(holder);
    const taking = take(waiter).then((releaseNext) => ({ releaseNext, at: performance.now() }));
    // At any time between two looks of those that look.
    await sleep(20 + Math.random() * 20);
    const releasedAt = performance.now();
    await release();
    const { releaseNext, at } = await taking;
    times.push(at - releasedAt);
    await releaseNext();
  }
  return percentile(
    times.toSorted((a, b) => a - b),
    50,
  );
}
