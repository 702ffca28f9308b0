/** Where a runner works. */
export interface RunnerInput {
  readonly url: string;
  /** Files in this runner's own form. */
  readonly directory: string;
}

/** One migration tool, connected. */
export interface Runner {
  /** Applies what is pending. Resolves to how many that were. */
  up(): Promise<number>;
  /** Resolves to how many migrations it shows as applied; one that is pending is an error. */
  status(): Promise<number>;
  close(): Promise<void>;
}

/** The default export of each file beside this one. */
export type OpenRunner = (input: RunnerInput) => Promise<Runner>;

/** @throws Error if a tool shows some as pending */
export function allApplied(applied: number, total: number): number {
  if (applied === total) return total;
  throw new Error(`${total - applied} of ${total} are pending`);
}
