import type { MigrateOptions } from '../platform/migrations.ts';
import type { StoreName } from '../stores/profile.ts';
import type { Progress } from '../terminal/progress.ts';

/** What a filler works with. */
export interface FillContext {
  /** The address of its store. */
  readonly url: string;
  /** How many of each of its {@link Filler.amounts}; 0 where none were asked for. */
  readonly amounts: Readonly<Record<string, number>>;
  /** The same seed, the same rows. */
  readonly seed: number;
  /** The time up to which there is data; undefined leaves it to what is there, or today. */
  readonly until: Date | undefined;
  /** Of the accounts that are known by name. */
  readonly password: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What came of one amount. */
export interface Filled {
  readonly what: string;
  /** Rows that were added now. */
  readonly added: number;
  /** Rows that were there from a run before. */
  readonly there: number;
  readonly seconds: number;
}

/** What a filler has to tell. */
export interface FillReport {
  readonly filled: readonly Filled[];
  /** The time up to which there is data. */
  readonly until: Date;
  /** Who may sign in, for people to try. */
  readonly accounts?: readonly SeededAccount[];
}

export interface SeededAccount {
  readonly login: string;
  readonly role: string;
  /** Undefined where an earlier run chose another one than is asked for now. */
  readonly password: string | undefined;
}

/** Fills one store. A further one is a folder like `users/`, and a line in `fillers.ts`. */
export interface Filler {
  readonly store: StoreName;
  /** How the migrations call the store; undefined where it has none. */
  readonly migrations?: MigrateOptions['store'];
  /** What can be asked for, each a `--<name> <n>` of the command line, with its description. */
  readonly amounts: Readonly<Record<string, string>>;
  /**
   * Refuses a store that somebody might miss the data of.
   *
   * @param told what the caller names as the database that may be filled all the same
   * @throws Failure
   */
  readonly guard: (url: string, told: string | undefined) => Promise<void>;
  /** Begins anew where nothing is, and adds what is missing where a run was cut off. */
  readonly run: (context: FillContext) => Promise<FillReport>;
}
