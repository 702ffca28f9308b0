import type { BenchCase, Contestant, Peer, Running } from '../frame/benchmark.ts';
import { ContestantProcess } from '../frame/contestant-process.ts';
import type { CacheInput } from './cache.process.ts';
import type { Layers } from './subjects/subject.ts';
import type { SubjectName } from './subjects/subjects.ts';

const MODULE = new URL('cache.process.ts', import.meta.url);

/** Where the area's caches are. */
export interface Place {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** What is done to each that takes part. */
export interface Work {
  readonly place: Place;
  /** Of what each has in Redis; unique in the area. */
  readonly label: string;
  readonly layers: Layers;
  readonly processes?: number;
  /** Before the first round. */
  readonly prepare?: (processes: readonly ContestantProcess[]) => Promise<unknown>;
  /** `turn` counts rounds from 1, those for warming up included. */
  readonly round: (processes: readonly ContestantProcess[], turn: number) => Promise<number>;
}

/** One that takes part: each of its processes has a cache of its own on the same Redis. */
export function contestant(who: SubjectName, name: string, work: Work): Contestant {
  return { name, start: async () => running(who, work) };
}

async function running(who: SubjectName, work: Work): Promise<Running> {
  const { place, label, layers, processes: count = 1 } = work;
  const { redisUrl } = place;
  const input: CacheInput = { who, layers, redisUrl, prefix: `${place.prefix}-${label}-${who}` };
  const processes: ContestantProcess[] = [];
  const stop = async () => {
    await Promise.all(processes.map(async (process) => process.stop()));
  };
  try {
    for (let at = 0; at < count; at += 1) {
      processes.push(await ContestantProcess.start(MODULE, input));
    }
    await work.prepare?.(processes);
  } catch (error) {
    await stop();
    throw error;
  }
  let turn = 0;
  return { round: async () => work.round(processes, (turn += 1)), stop };
}

export interface PeerFacts extends Pick<Peer, 'differs'> {
  readonly who: SubjectName;
  readonly name: string;
  readonly target?: number;
}

/** A case in which all do the same work. */
export function caseOf(
  facts: Pick<BenchCase, 'title' | 'unit' | 'better'>,
  work: Work,
  peers: readonly PeerFacts[],
): BenchCase {
  return {
    ...facts,
    ours: contestant('trilith', 'Trilith', work),
    peers: peers.map(({ who, name, ...rest }) => ({ ...contestant(who, name, work), ...rest })),
  };
}

/** The first of a contestant's processes. */
export function only([process]: readonly ContestantProcess[]): ContestantProcess {
  if (!process) throw new Error('There is no process');
  return process;
}
