import type { StoreName } from '../../stores/profile.ts';

/** What a benchmark may use, and must obey. */
export interface BenchContext {
  /** DATABASE_URL, REDIS_URL and MONGODB_URL, as far as the area names those stores. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** To be undone when the area's cases are over, however they ended; the last first. */
  readonly atEnd: (undo: () => Promise<unknown>) => void;
}

/** One that has been started and works when told to. */
export interface Running {
  /**
   * Works for one round. Resolves to its figure in the case's unit.
   *
   * @throws {WrongResultError} when what came of it is not right: then no time counts.
   */
  round(): Promise<number>;
  stop(): Promise<void>;
}

/** One of those that do the same work in a case. */
export interface Contestant {
  /** Short: it heads a column. */
  readonly name: string;
  readonly start: () => Promise<Running>;
}

/** Whom ours is measured against. */
export interface Peer extends Contestant {
  /** How many times better than this peer ours should be: below 1 it may be worse. Default: no target. */
  readonly target?: number;
  /** What it does more or less than ours, and therefore pays or is spared. */
  readonly differs: string;
}

/** The same payload on the same stores, by ours and by its peers. */
export interface BenchCase {
  readonly title: string;
  /** Of each round's figure: `requests/s`. */
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly ours: Contestant;
  readonly peers: readonly Peer[];
}

/** Cases that belong together: one folder, one word on the command line. */
export interface Area {
  readonly name: string;
  readonly stores: readonly StoreName[];
  /** Prepares the stores, and says what is to be measured. */
  readonly cases: (context: BenchContext) => Promise<readonly BenchCase[]>;
}

/** A contestant did not do what its time was taken for. */
export class WrongResultError extends Error {
  override readonly name = 'WrongResultError';
}
