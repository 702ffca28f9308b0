import type { Counted } from './chaos-database.ts';
import type { RunnerSettings, Verb } from './programs/settings.ts';

/** One kind of step, held open so that its runner is killed in the middle of it. */
export interface KilledStep<Database> {
  /** For people: `CREATE INDEX CONCURRENTLY`. */
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** What is there before: versions up to this one are applied, then `arrange` is done. */
  readonly before?: {
    readonly upTo: number;
    readonly arrange?: (database: Database) => Promise<unknown>;
  };
  /** Written over the files after that. */
  readonly edited?: Readonly<Record<string, string>>;
  /** What is killed, and done again. Default: up. */
  readonly verb?: Verb;
  /** What keeps the runner inside of the step: something in the store, itself, or nothing but luck. */
  readonly inside: Holding<Database> | Pick<Required<RunnerSettings>, 'freezeAt'> | AnyMoment;
  /** How often each version has had its effect when all is done. */
  readonly effects: Readonly<Record<number, number>>;
  /** Versions in the ledger when all is done. */
  readonly applied: readonly number[];
  /** Faults that only this step can have, counted when all is done. */
  readonly faults?: (database: Database) => Promise<number>;
}

/** What nothing can hold open, such as a single write, is killed at a moment that the seed chooses. */
export interface AnyMoment {
  readonly withinMs: number;
}

/** Something in the way of a step. */
export interface Holding<Database> {
  /** Puts it there. Resolves to how it is taken away. */
  readonly hold: (database: Database, signal: AbortSignal) => Promise<() => Promise<void>>;
  /** Whether the runner has come to it; no longer once the store has noticed that it is gone. */
  readonly isInside: (database: Database) => Promise<boolean>;
}

/** What was found after the second run: 0 as promised. */
export interface StepFaults {
  readonly effects: number;
  readonly ledger: number;
}

/** Compares what was counted with what the step promises. */
export function faultsOf(
  { effects, applied }: Pick<KilledStep<unknown>, 'effects' | 'applied'>,
  found: Counted,
): StepFaults {
  const versions = new Set([...Object.keys(effects).map(Number), ...found.effects.keys()]);
  const wrong = [...versions].filter(
    (version) => (found.effects.get(version) ?? 0) !== (effects[version] ?? 0),
  );
  const lines = found.ledger.map(({ version, state }) => `${version} ${state}`);
  const expected = applied.map((version) => `${version} applied`);
  const amiss = [
    ...lines.filter((line) => !expected.includes(line)),
    ...expected.filter((line) => lines.filter((each) => each === line).length !== 1),
  ];
  return { effects: wrong.length, ledger: amiss.length };
}
