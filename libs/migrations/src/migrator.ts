import {
  baseline,
  repair,
  type LedgerReport,
  type UnfinishedChoice,
} from './operations/ledger.operations.js';
import { down, reversals, type DownReport } from './operations/down.operation.js';
import { Operation } from './operations/operation.js';
import { plan, type PlanReport } from './operations/plan.operation.js';
import { assertReady, pending } from './operations/readiness.js';
import { status, type StatusReport } from './operations/status.operation.js';
import { up, type UpReport } from './operations/up.operation.js';
import { labelOf } from './migration-file.js';
import { resolveOptions, type MigratorOptions, type ResolvedOptions } from './migrator.options.js';

/** How far a run goes, and when it stops. */
export interface RunOptions {
  /** The last version to apply; for `down`, the last to keep: 0 reverts everything. */
  readonly to?: number;
  /** Stops the run before the next migration. */
  readonly signal?: AbortSignal;
}

/**
 * Brings one store up to date with a directory of migrations, and tells how far it is. Any number
 * of migrators may run at the same time, in any number of processes: one works, the others wait.
 */
export class Migrator {
  private readonly options: ResolvedOptions;
  /** Readiness is asked for again and again, and a release's files do not change: read once. */
  private readonly readiness: Operation;

  /** @throws MigrationOptionsError */
  constructor(options: MigratorOptions) {
    this.options = resolveOptions(options);
    this.readiness = new Operation(this.options);
  }

  /**
   * Applies every pending migration, in order. When nothing is pending, it costs one read of the
   * ledger and takes no lock.
   * @throws MigrationHistoryError if files and ledger do not fit together
   * @throws MigrationFailedError if a migration fails; those before it stay applied
   * @throws MigrationLockTimeoutError if another runner is at work for too long
   * @throws StoreUnreachableError, MigrationDirectoryError, MigrationAbortedError
   */
  async up({ to = Number.POSITIVE_INFINITY, signal }: RunOptions = {}): Promise<UpReport> {
    return up(new Operation(this.options, signal), to);
  }

  /**
   * Reverts the newest migration or, with `to`, all above that version, newest first. Only files with
   * a down part can be reverted: if one of them has none, nothing is.
   * @param options.exactly labels as `reversible` gave them, which somebody has confirmed: if others
   * would be reverted by now, nothing is
   * @throws MigrationNotReversibleError, MigrationVersionError, and whatever `up` throws
   */
  async down({
    to,
    exactly,
    signal,
  }: RunOptions & { readonly exactly?: readonly string[] } = {}): Promise<DownReport> {
    return down(new Operation(this.options, signal), { to, exactly });
  }

  /** Labels of what `down` would revert, newest first. Throws what `down` would throw before it. */
  async reversible({ to }: Pick<RunOptions, 'to'> = {}): Promise<string[]> {
    const chosen = await reversals(new Operation(this.options), to);
    return chosen.map(({ file }) => labelOf(file));
  }

  /**
   * What `up` would run. PostgreSQL's are tried out, in one transaction that is rolled back: for as
   * long as that takes, at most `rehearsalTimeoutMs`, it holds the locks of the migrations.
   * @param options.tryOut default: true
   */
  async plan({
    to = Number.POSITIVE_INFINITY,
    tryOut = true,
    signal,
  }: RunOptions & { readonly tryOut?: boolean } = {}): Promise<PlanReport> {
    return plan(new Operation(this.options, signal), { to, tryOut });
  }

  /**
   * Records every file up to a version as applied, without running it: for a database that had its
   * schema before it had this library.
   * @throws MigrationVersionError if there is no such file, or one of them was not finished
   */
  async baseline(version: number): Promise<LedgerReport> {
    return baseline(new Operation(this.options), version);
  }

  /**
   * Settles what no run may decide by itself. An applied migration whose file was modified gets the
   * checksum of the file. One that was begun and not finished is forgotten (`clear`), so that it is
   * run from its start, or counts as applied (`keep`), because somebody finished it by hand.
   * @throws MigrationVersionError if there is nothing to settle about one of the versions
   */
  async repair(
    versions: readonly number[],
    options: { readonly unfinished?: UnfinishedChoice } = {},
  ): Promise<LedgerReport> {
    return repair(new Operation(this.options), versions, options.unfinished);
  }

  /** Every migration of files and ledger with its state; finds problems without throwing them. */
  async status(): Promise<StatusReport> {
    return status(new Operation(this.options));
  }

  /**
   * Labels of the migrations that the store lacks, oldest first; empty when it is up to date.
   * @throws StoreUnreachableError, MigrationDirectoryError
   */
  async pending(): Promise<string[]> {
    return pending(new Operation(this.options));
  }

  /**
   * For readiness checks: resolves when what runs here can work on the store. A store that has more,
   * because a newer release migrated it, is up to date unless one of those migrations is `breaking`.
   * The files are read once in the life of this object.
   * @throws StoreBehindError naming the migrations that it misses
   * @throws StoreAheadError naming breaking ones that are not known here
   * @throws StoreUnreachableError, MigrationDirectoryError
   */
  async assertUpToDate(): Promise<void> {
    await assertReady(this.readiness);
  }

  /** Closes the store's connections. */
  async close(): Promise<void> {
    await this.options.store.close();
  }

  /** Disposes like `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
