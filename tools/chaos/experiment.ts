/** What an experiment may use, and must obey. */
export interface ExperimentContext {
  /** Everything random follows from it. */
  readonly seed: number;
  /** How long faults go on. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** What was counted, from the stores themselves, and whether the promise was kept. */
export interface Finding {
  readonly held: boolean;
  readonly figures: Readonly<Record<string, number>>;
}

/** A promise, and something that tries to break it. */
export interface Experiment {
  readonly area: string;
  readonly promise: string;
  readonly run: (context: ExperimentContext) => Promise<Finding>;
}
