/** What an experiment may use, and must obey. */
export interface ExperimentContext {
  /** Everything random follows from it. */
  readonly seed: number;
  /** How long faults go on. */
  readonly seconds: number;
  /** How many events are sent, where the experiment counts in events. */
  readonly events?: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** What was counted, from the stores themselves, and whether the promise was kept. */
export interface Finding {
  readonly held: boolean;
  readonly figures: Readonly<Record<string, number>>;
  /** Why it was not held, for people. */
  readonly reasons?: readonly string[];
}

/** A promise, and something that tries to break it. */
export interface Experiment {
  readonly area: string;
  /** Unique in its area; chosen as `area/name`. */
  readonly name: string;
  readonly promise: string;
  readonly run: (context: ExperimentContext) => Promise<Finding>;
}
