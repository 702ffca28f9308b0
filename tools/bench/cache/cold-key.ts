import { type BenchCase, WrongResultError } from '../frame/benchmark.ts';
import type { ContestantProcess } from '../frame/contestant-process.ts';
import { caseOf, type PeerFacts, type Place, type Work } from './cases.ts';
import { bentocache, cacheable, cacheManager } from './peers.ts';

const CALLERS = 1_000;
const PROCESSES = 4;
const LOAD_MS = 100;

interface Burst {
  readonly loads: number;
  readonly tookMs: number;
}

const PEERS: readonly PeerFacts[] = [bentocache, cacheable, cacheManager];

/** Many ask at once for a key that nobody has, and that takes 100 ms to load. */
export function coldKey(place: Place): BenchCase[] {
  return [1, PROCESSES].flatMap((processes) => {
    const where =
      processes === 1
        ? '1,000 callers on a cold key in one process'
        : '4 processes × 250 callers on a cold key';
    const work = (label: string, figureOf: (burst: Burst) => number): Work => ({
      place,
      label: `${label}-${processes}`,
      layers: 'both',
      processes,
      round: async (all, turn) => figureOf(await burst(all, `cold:${turn}`)),
    });
    return [
      withOneLoad(
        caseOf(
          { title: `${where}: loads`, unit: "calls of the loader's", better: 'lower' },
          work('loads', ({ loads }) => loads),
          PEERS,
        ),
      ),
      caseOf(
        { title: `${where}: time`, unit: 'ms until the last has it', better: 'lower' },
        work('time', ({ tookMs }) => tookMs),
        PEERS,
      ),
    ];
  });
}

async function burst(processes: readonly ContestantProcess[], key: string): Promise<Burst> {
  const ask = { key, callers: CALLERS / processes.length, loadMs: LOAD_MS };
  const bursts = await Promise.all(
    processes.map(async (process) => process.call<Burst>('burst', ask)),
  );
  return {
    loads: bursts.reduce((sum, { loads }) => sum + loads, 0),
    tookMs: Math.max(...bursts.map(({ tookMs }) => tookMs)),
  };
}

/** Ours promises it: more than one load is no slow result but a wrong one. */
function withOneLoad(benchCase: BenchCase): BenchCase {
  const { ours } = benchCase;
  const start = async () => {
    const running = await ours.start();
    const round = async () => {
      const loads = await running.round();
      if (loads !== 1) throw new WrongResultError(`the loader ran ${loads} times`);
      return loads;
    };
    return { ...running, round };
  };
  return { ...benchCase, ours: { ...ours, start } };
}
