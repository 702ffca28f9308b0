import { describeProblem, type HistoryProblem } from './history-problem.js';

/** What every error of this library is. The message is complete and holds no password. */
export abstract class MigrationError extends Error {
  /** Stable, for programs. */
  abstract readonly code: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option has a value that it cannot take. */
export class MigrationOptionsError extends MigrationError {
  readonly code = 'MIGRATION_OPTIONS';
}

/** The directory of migrations cannot be read, or holds none. */
export class MigrationDirectoryError extends MigrationError {
  readonly code = 'MIGRATION_DIRECTORY';
}

/** Files and ledger do not fit together; nothing was run. */
export class MigrationHistoryError extends MigrationError {
  readonly code = 'MIGRATION_HISTORY';

  constructor(
    readonly store: string,
    readonly problems: readonly HistoryProblem[],
  ) {
    super(`${store}: ${problems.map(describeProblem).join('\n')}`);
  }
}

/** Where and why a migration stopped. */
export interface MigrationFailure {
  readonly store: string;
  readonly fileName: string;
  /** The store's own words. */
  readonly reason: string;
  /** Where in the file, counted from 1, if the store told. */
  readonly line?: number;
  readonly column?: number;
  /** What the store advises, if it does. */
  readonly hint?: string;
}

/** A migration failed; what is left of it depends on the store, see the README. */
export class MigrationFailedError extends MigrationError {
  readonly code = 'MIGRATION_FAILED';
  readonly failure: MigrationFailure;

  constructor(failure: MigrationFailure, options?: ErrorOptions) {
    const { store, fileName, reason, line, column, hint } = failure;
    const place = line === undefined ? '' : `:${line}:${column ?? 1}`;
    super(`${store}: ${fileName}${place}: ${reason}${hint ? ` (hint: ${hint})` : ''}`, options);
    this.failure = failure;
  }
}

/** The lock was lost while a migration ran: another runner may have taken over. Run again. */
export class MigrationLockLostError extends MigrationError {
  readonly code = 'MIGRATION_LOCK_LOST';
}

/** Another runner held the lock for longer than this one was willing to wait. */
export class MigrationLockTimeoutError extends MigrationError {
  readonly code = 'MIGRATION_LOCK_TIMEOUT';

  constructor(
    readonly store: string,
    readonly waitedMs: number,
    readonly holder: string | undefined,
  ) {
    super(
      `${store}: another runner${holder ? ` (${holder})` : ''} is still migrating after ${Math.round(waitedMs / 1000)} s of waiting`,
    );
  }
}

/** The run was told to stop by its signal. Finished migrations stay applied. */
export class MigrationAbortedError extends MigrationError {
  readonly code = 'MIGRATION_ABORTED';
}

/** The store did not answer, or turned the connection down. */
export class StoreUnreachableError extends MigrationError {
  readonly code = 'STORE_UNREACHABLE';

  constructor(
    readonly store: string,
    /** Host, port and database. */
    readonly address: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${store}: cannot reach ${address}: ${reason}`, options);
  }
}

/** The store answered, but not as the runner needs: no right to create the ledger, for example. */
export class StoreFailedError extends MigrationError {
  readonly code = 'STORE_FAILED';

  constructor(
    readonly store: string,
    /** Host, port and database. */
    readonly address: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${store}: ${address}: ${reason}`, options);
  }
}

/** The store lacks migrations that the files have: what runs here would meet an older schema. */
export class StoreBehindError extends MigrationError {
  readonly code = 'STORE_BEHIND';

  constructor(
    readonly store: string,
    /** Labels such as `0003_likes`, oldest first. */
    readonly missing: readonly string[],
  ) {
    super(`${store} is behind: misses ${missing.join(', ')}`);
  }
}

/**
 * The store has breaking migrations that the files do not know: what runs here is older than its
 * schema, and cannot work on it.
 */
export class StoreAheadError extends MigrationError {
  readonly code = 'STORE_AHEAD';

  constructor(
    readonly store: string,
    /** Labels such as `0004_drop_nickname`, oldest first. */
    readonly breaking: readonly string[],
  ) {
    super(
      `${store} is ahead: breaking ${breaking.join(', ')} is unknown here; this release is too old for it`,
    );
  }
}

/** `down` cannot take a migration back; nothing was reverted. */
export class MigrationNotReversibleError extends MigrationError {
  readonly code = 'MIGRATION_NOT_REVERSIBLE';

  constructor(
    readonly store: string,
    /** Labels such as `0003_likes`, newest first. */
    readonly migrations: readonly string[],
  ) {
    super(
      `${store}: ${migrations.join(', ')} cannot be reverted: no down part; nothing was reverted`,
    );
  }
}

/** Versions that were named are not there, or not in a state for what was asked. */
export class MigrationVersionError extends MigrationError {
  readonly code = 'MIGRATION_VERSION';
}
