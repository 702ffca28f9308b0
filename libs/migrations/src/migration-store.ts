import type { MigrationFile } from './migration-file.js';
import type { MigrationLogger } from './migration-logger.js';

/** What the ledger knows of one migration. */
export interface LedgerEntry {
  readonly version: number;
  readonly name: string;
  /** SHA-256 of the file that was run. */
  readonly checksum: string;
  /**
   * `started`: begun and not known to be finished, because it runs now or its runner died. Seen only
   * where a migration and its ledger entry cannot commit together.
   */
  readonly state: 'started' | 'applied';
  /** By the store's clock. */
  readonly executedAt: Date;
  /** Undefined while it is not finished. */
  readonly durationMs: number | undefined;
  /** Who ran it: `user@host:pid`. */
  readonly executedBy: string;
  /** The version of the software that ran it, if it was told. */
  readonly appVersion: string | undefined;
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
}

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

  /** Looks at a file that is to be run; the reason if it cannot be. */
  refuses(file: MigrationFile): string | undefined;

  /** The whole ledger, in any order; empty if it does not exist yet. One round trip. */
  readLedger(): Promise<readonly LedgerEntry[]>;

  /**
   * Takes the lock that only one runner can hold, or returns undefined at once if another has it.
   * The lock of a runner that died frees itself.
   */
  tryLock(runner: Runner): Promise<MigrationSession | undefined>;

  /** Who holds the lock, for people to read; undefined if nobody does or it cannot be told. */
  lockHolder(): Promise<string | undefined>;

  /** Closes what the store opened itself. It may be called twice. */
  close(): Promise<void>;
}

/** The hold on a store's lock. */
export interface MigrationSession {
  readLedger(): Promise<readonly LedgerEntry[]>;

  /**
   * Runs one migration and records it.
   * @throws MigrationFailedError if the migration fails
   * @throws MigrationLockLostError if the lock was lost meanwhile
   */
  apply(file: MigrationFile, run: MigrationRun): Promise<LedgerEntry>;

  /** Gives the lock back. Never throws: a lock that cannot be given back frees itself. */
  release(): Promise<void>;
}
