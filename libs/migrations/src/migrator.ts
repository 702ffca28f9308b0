import { compareHistory, type History } from './history.js';
import { describeProblem, type HistoryProblem } from './history-problem.js';
import { pollFor, throwIfAborted } from './lock-wait.js';
import { readMigrationDirectory, type MigrationDirectory } from './migration-directory.js';
import { labelOf } from './migration-file.js';
import type { LedgerEntry, MigrationSession } from './migration-store.js';
import {
  MigrationHistoryError,
  MigrationLockTimeoutError,
  StoreBehindError,
} from './migrations.errors.js';
import { resolveOptions, type MigratorOptions } from './migrator.options.js';

/** What a run of `up` did. */
export interface UpReport {
  readonly store: string;
  /** What this runner applied, in order; empty when there was nothing to do. */
  readonly applied: readonly LedgerEntry[];
  /** How many migrations the store has now. */
  readonly total: number;
}

/** One line of `status`. */
export interface MigrationStatus {
  readonly version: number;
  readonly name: string;
  /** `started`: begun by a runner that is at work or died; `up` runs it again. */
  readonly state: 'applied' | 'started' | 'pending';
  /** What the ledger knows of it; undefined while it is pending. */
  readonly entry: LedgerEntry | undefined;
}

/** What `status` found. */
export interface StatusReport {
  readonly store: string;
  /** By version. */
  readonly migrations: readonly MigrationStatus[];
  /** What would keep `up` from running. */
  readonly problems: readonly HistoryProblem[];
}

/**
 * Brings one store up to date with a directory of migrations, and tells how far it is. Any number
 * of migrators may run at the same time, in any number of processes: one works, the others wait.
 */
export class Migrator {
  private readonly options: ReturnType<typeof resolveOptions>;

  /** @throws MigrationOptionsError */
  constructor(options: MigratorOptions) {
    this.options = resolveOptions(options);
  }

  /**
   * Applies every pending migration, in order. When nothing is pending, it costs one read of the
   * ledger and takes no lock.
   * @param options.signal stops the run before the next migration
   * @throws MigrationHistoryError if files and ledger do not fit together
   * @throws MigrationFailedError if a migration fails; those before it stay applied
   * @throws MigrationLockTimeoutError if another runner is at work for too long
   * @throws StoreUnreachableError, MigrationDirectoryError, MigrationAbortedError
   */
  async up(options: { signal?: AbortSignal } = {}): Promise<UpReport> {
    const signal = options.signal ?? new AbortController().signal;
    throwIfAborted(signal);
    const { store, lockWaitMs } = this.options;
    const startedAt = performance.now();
    const directory = this.readDirectory();
    const attempt = () => this.tryUp(directory, signal);
    const report = await pollFor(attempt, { waitMs: lockWaitMs, signal });
    if (report !== undefined) return report;
    throw new MigrationLockTimeoutError(
      store.name,
      performance.now() - startedAt,
      await store.lockHolder(),
    );
  }

  /** Every migration of files and ledger with its state; finds problems without throwing them. */
  async status(): Promise<StatusReport> {
    const { files, ledger, history } = await this.compare(this.readDirectory());
    const entries = new Map(ledger.map((entry) => [entry.version, entry]));
    const known = new Map([...files, ...ledger].map((each) => [each.version, each.name]));
    const migrations = [...known]
      .toSorted(([a], [b]) => a - b)
      .map(([version, name]): MigrationStatus => {
        const entry = entries.get(version);
        return { version, name, state: entry?.state ?? 'pending', entry };
      });
    return { store: this.options.store.name, migrations, problems: history.problems };
  }

  /**
   * Labels of the migrations that the store lacks, oldest first; empty when it is up to date. One
   * that has more, because a newer release migrated it, is up to date for this one.
   * @throws StoreUnreachableError, MigrationDirectoryError
   */
  async pending(): Promise<string[]> {
    const { history } = await this.compare(this.readDirectory());
    return history.pending.map(labelOf);
  }

  /**
   * For readiness checks: resolves when the store has every migration.
   * @throws StoreBehindError naming those that it misses, and whatever `pending` throws
   */
  async assertUpToDate(): Promise<void> {
    const missing = await this.pending();
    if (missing.length > 0) throw new StoreBehindError(this.options.store.name, missing);
  }

  /** Closes the store's connections. */
  async close(): Promise<void> {
    await this.options.store.close();
  }

  /** Disposes like `close`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One try: a report if all is done afterwards, undefined if another runner holds the lock. */
  private async tryUp(
    directory: Promise<MigrationDirectory>,
    signal: AbortSignal,
  ): Promise<UpReport | undefined> {
    const { history } = await this.compare(directory);
    this.refuseProblems(history);
    if (history.pending.length === 0) {
      this.warnOfTolerated(history);
      return this.report([], history);
    }

    const session = await this.options.store.tryLock(this.options.runner);
    if (session === undefined) return undefined;
    try {
      return await this.applyPending(directory, session, signal);
    } finally {
      await session.release();
    }
  }

  private async applyPending(
    directory: Promise<MigrationDirectory>,
    session: MigrationSession,
    signal: AbortSignal,
  ): Promise<UpReport> {
    // Read again under the lock: another runner may have finished since.
    const { history } = await this.compare(directory, session);
    this.refuseProblems(history);
    const { logger, runner, store } = this.options;
    this.warnOfTolerated(history);
    const applied: LedgerEntry[] = [];
    for (const file of history.pending) {
      throwIfAborted(signal);
      const entry = await session.apply(file, { runner, logger, signal });
      logger.info(`${store.name}: ${labelOf(file)} applied in ${entry.durationMs ?? 0} ms`);
      applied.push(entry);
    }
    return this.report(applied, history);
  }

  private async readDirectory(): Promise<MigrationDirectory> {
    return readMigrationDirectory(this.options.directory, this.options.store.extensions);
  }

  private async compare(
    reading: Promise<MigrationDirectory>,
    from: Pick<MigrationSession, 'readLedger'> = this.options.store,
  ) {
    const [directory, ledger] = await Promise.all([reading, from.readLedger()]);
    const history = this.inspect(compareHistory(directory, ledger));
    return { files: directory.files, ledger, history };
  }

  /** Adds what the store itself has against files that are still to be run. */
  private inspect(history: History): History {
    const refused = history.pending.flatMap((file): HistoryProblem[] => {
      const reason = this.options.store.refuses(file);
      return reason === undefined ? [] : [{ kind: 'unsupported', fileName: file.fileName, reason }];
    });
    return { ...history, problems: [...history.problems, ...refused] };
  }

  private refuseProblems(history: History): void {
    const { store, tolerate } = this.options;
    const refused = history.problems.filter(({ kind }) => !tolerate.has(kind));
    if (refused.length > 0) throw new MigrationHistoryError(store.name, refused);
  }

  private warnOfTolerated(history: History): void {
    const { logger, store } = this.options;
    for (const problem of history.problems) {
      logger.warn(`${store.name}: ${describeProblem(problem)}`);
    }
  }

  private report(applied: readonly LedgerEntry[], history: History): UpReport {
    const total = history.applied.length + applied.length;
    return { store: this.options.store.name, applied, total };
  }
}
