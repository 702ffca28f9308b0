/** What a runner does. */
export type Verb =
  | { readonly name: 'up'; readonly to?: number }
  /** `to`: the last version to keep. */
  | { readonly name: 'down'; readonly to: number }
  | { readonly name: 'repair'; readonly versions: readonly number[] };

/** What the runner's process is told. */
export interface RunnerSettings {
  readonly store: 'postgres' | 'mongo';
  readonly url: string;
  readonly directory: string;
  readonly verb: Verb;
  /** MongoDB's lease, in ms: after a kill the next runner waits for so long. */
  readonly leaseMs?: number;
  /**
   * Stands still, as if frozen, as soon as its progress is this one: where no store can hold a step
   * open from outside, in between two of them.
   */
  readonly freezeAt?: { readonly number: number; readonly done?: number };
}

/** What the runner says when it has done its work. */
export interface RunnerReport {
  /** Versions that it applied, reverted or repaired itself. */
  readonly versions: readonly number[];
  /** What it told on the way: waits for locks, leftovers cleared away. */
  readonly warnings: readonly string[];
}

/** What TypeORM's runner is told. */
export interface TypeOrmSettings {
  readonly url: string;
  /** Files that ours would run. */
  readonly directory: string;
}
