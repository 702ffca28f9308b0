import type { HistoryProblem } from './history-problem.js';
import type { MigrationFile } from './migration-file.js';
import type { MigrationLogger } from './migration-logger.js';

/** What the ledger knows of one migration. */
export interface LedgerEntry {
  readonly version: number;
  readonly name: string;
  /** SHA-256 of the file that was run. */
  readonly checksum: string;
  /**
   * `started`: begun and not known to be finished, because it runs now or its runner died;
   * `reverting`: the same of `down`. Both are seen only where a migration and its ledger entry
   * cannot commit together.
   */
  readonly state: 'started' | 'applied' | 'reverting';
  /** By the store's clock. */
  readonly executedAt: Date;
  /** Undefined while it is not finished, and for one that was recorded without being run. */
  readonly durationMs: number | undefined;
  /** Who ran it: `user@host:pid`. */
  readonly executedBy: string;
  /** The version of the software that ran it, if it was told. */
  readonly appVersion: string | undefined;
  /** Whether releases that do not know this migration cannot work on what it made. */
  readonly breaking: boolean;
  /** How far one is that runs statement by statement; undefined when it is finished. */
  readonly progress: StatementProgress | undefined;
}

/** Which statements of a migration are done that runs one after the other. */
export interface StatementProgress {
  readonly done: number;
  /** SHA-256 over the statements that are done, by which one is recognised that was edited since. */
  readonly checksum: string;
  /** Whether the one after them was begun: it may have left something behind, or be done as well. */
  readonly attempted: boolean;
}

/** Who runs migrations, as the ledger and the lock show it. */
export interface Runner {
  readonly executedBy: string;
  readonly appVersion: string | undefined;
}

/** What surrounds the run of one migration. */
export interface MigrationRun {
  readonly runner: Runner;
  readonly logger: MigrationLogger;
  /** Aborts when the run shall stop. */
  readonly signal: AbortSignal;
  /** Told how far a long migration is, in whatever it counts. */
  readonly progress: (done: number, total?: number) => void;
  /** What is applied next if all goes well: a store may record both, end and begin, at once. */
  readonly next?: MigrationFile;
}

/** What a file says about itself. */
export interface MigrationTraits {
  /** Whether releases that do not know it cannot work on what it makes. */
  readonly breaking: boolean;
  /** Whether it and its ledger entry commit together. */
  readonly transactional: boolean;
  /** Whether `down` can take it back. */
  readonly reversible: boolean;
  /** Its text as far as `up` runs it; of a program all. */
  readonly upText: string;
}

/** How one file fared when it was tried out. */
export interface Rehearsal {
  readonly file: MigrationFile;
  /**
   * `tried`: ran, and was rolled back; `shown`: was not run, because it runs outside of
   * transactions, or because one before it does and it may need what that makes; `failed`.
   */
  readonly outcome: 'tried' | 'shown' | 'failed';
  /** Of one that was tried, in ms. */
  readonly durationMs?: number;
  /** Why it failed, or why it could not be tried. */
  readonly reason?: string;
}

/** A change of the ledger alone; nothing is run. */
export type LedgerChange =
  /** As applied, also over an entry that was not finished. */
  | { readonly kind: 'record'; readonly file: MigrationFile; readonly breaking: boolean }
  /** An applied one's new text. */
  | { readonly kind: 'amend'; readonly file: MigrationFile; readonly breaking: boolean }
  | { readonly kind: 'forget'; readonly version: number };

/**
 * A store that can be migrated: the port behind `Migrator`. Every call has a deadline of the
 * store's own, and fails with a `MigrationError`.
 */
export interface MigrationStore {
  /** Short name, also that of its folder among the migrations: `postgres`. */
  readonly name: string;
  /** Host, port and database, without credentials. */
  readonly address: string;
  /** Extensions of its migrations' files, with the dot. */
  readonly extensions: readonly string[];

  /**
   * Looks at a file that is to be run.
   * @param begun its ledger entry, if it was begun before and not finished
   * @returns what keeps it from being run; undefined if nothing does
   */
  inspect(file: MigrationFile, begun?: LedgerEntry): Promise<HistoryProblem | undefined>;

  /** What the file says about itself. Asked of files that `inspect` accepts. */
  traitsOf(file: MigrationFile): Promise<MigrationTraits>;

  /** The whole ledger, in any order; empty if it does not exist yet. One round trip. */
  readLedger(): Promise<readonly LedgerEntry[]>;

  /**
   * Takes the lock that only one runner can hold, or returns undefined at once if another has it.
   * The lock of a runner that died frees itself.
   */
  tryLock(runner: Runner): Promise<MigrationSession | undefined>;

  /**
   * Runs the files and takes all of it back; undefined at once if another runner is at work. A store
   * that cannot take anything back has no such method.
   */
  rehearse?(
    files: readonly MigrationFile[],
    run: MigrationRun,
  ): Promise<readonly Rehearsal[] | undefined>;

  /** Who holds the lock, for people to read; undefined if nobody does or it cannot be told. */
  lockHolder(): Promise<string | undefined>;

  /** Name of the file, beside the migrations, that holds what `describeSchema` says. */
  readonly schemaFile: string;

  /**
   * The schema as it is now, without the runner's own tables: the same text for the same schema.
   * @param options.ignore names of tables or collections to leave out; `*` stands for any text
   */
  describeSchema(options?: { ignore?: readonly string[] }): Promise<string>;

  /**
   * A store like this one, on an empty database of the same server, which its `close` drops.
   * @throws MigrationOptionsError if the store was given connections instead of an address
   */
  openScratch(): Promise<MigrationStore>;

  /** Closes what the store opened itself. It may be called twice. */
  close(): Promise<void>;
}

/** The hold on a store's lock. */
export interface MigrationSession {
  readLedger(): Promise<readonly LedgerEntry[]>;

  /**
   * Runs one migration and records it. One that was begun before and can be gone on with is.
   * @param begun its ledger entry, if it was begun before and not finished
   * @returns how long it took, in ms
   * @throws MigrationFailedError if the migration fails
   * @throws MigrationLockLostError if the lock was lost meanwhile
   */
  apply(file: MigrationFile, run: MigrationRun, begun?: LedgerEntry): Promise<number>;

  /**
   * Takes one migration back, and its ledger entry away.
   * @param entry its ledger entry
   * @returns how long it took, in ms
   * @throws MigrationFailedError, MigrationLockLostError
   */
  revert(file: MigrationFile, run: MigrationRun, entry: LedgerEntry): Promise<number>;

  /** Changes the ledger and nothing else; all of it or, where the store has transactions, nothing. */
  changeLedger(changes: readonly LedgerChange[], runner: Runner): Promise<void>;

  /** Gives the lock back. Never throws: a lock that cannot be given back frees itself. */
  release(): Promise<void>;
}
