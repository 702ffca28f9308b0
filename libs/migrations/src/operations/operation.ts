import { compareHistory, type History } from '../history.js';
import { describeProblem, type HistoryProblem } from '../history-problem.js';
import { pollFor } from '../lock-wait.js';
import { readMigrationDirectory, type MigrationDirectory } from '../migration-directory.js';
import { labelOf, type MigrationFile } from '../migration-file.js';
import type { MigrationRun, MigrationSession } from '../migration-store.js';
import { MigrationHistoryError, MigrationLockTimeoutError } from '../migrations.errors.js';
import type { ResolvedOptions } from '../migrator.options.js';
import { progressReporter } from '../progress.js';

/** What every operation on a store shares: its files, its ledger, its lock. */
export class Operation {
  private directory: Promise<MigrationDirectory> | undefined;

  constructor(
    readonly options: ResolvedOptions,
    readonly signal: AbortSignal = new AbortController().signal,
  ) {}

  /** Files, read once, beside the ledger as it is now. */
  async history(from: Pick<MigrationSession, 'readLedger'> = this.options.store): Promise<History> {
    const { store, directory } = this.options;
    // First: while the store answers, files are read.
    const reading = from.readLedger();
    this.directory ??= readMigrationDirectory(directory, store.extensions);
    // What could not be read is read again the next time.
    this.directory.catch(() => (this.directory = undefined));
    const [files, ledger] = await Promise.all([this.directory, reading]);
    return compareHistory(files, ledger);
  }

  /** What the store itself has against files that are still to be run. */
  async refusals({ pending, entries }: History): Promise<HistoryProblem[]> {
    const { store } = this.options;
    const found = await Promise.all(
      pending.map(async (file) => store.inspect(file, entries.get(file.version))),
    );
    return found.filter((problem) => problem !== undefined);
  }

  /** @throws MigrationHistoryError unless each may be gone on with */
  refuse(problems: readonly HistoryProblem[]): void {
    const { store, policies } = this.options;
    const refused = problems.filter(({ kind }) => (policies[kind] ?? 'refuse') === 'refuse');
    if (refused.length > 0) throw new MigrationHistoryError(store.name, refused);
  }

  warn(problems: readonly HistoryProblem[]): void {
    const { logger, store, policies } = this.options;
    for (const problem of problems) {
      if (policies[problem.kind] === 'ignore') continue;
      logger.warn(`${store.name}: ${describeProblem(problem)}`);
    }
  }

  /** Runs the work under the store's lock, once it is free. */
  async underLock<T>(work: (session: MigrationSession) => Promise<T>): Promise<T> {
    const { store, runner } = this.options;
    return this.whenFree(async () => {
      const session = await store.tryLock(runner);
      if (session === undefined) return undefined;
      try {
        return { result: await work(session) };
      } finally {
        await session.release();
      }
    });
  }

  /**
   * Tries until there is a result: there is none while another runner has the lock.
   * @throws MigrationLockTimeoutError if that takes too long
   */
  async whenFree<T>(attempt: () => Promise<{ result: T } | undefined>): Promise<T> {
    const { store, lockWaitMs } = this.options;
    const startedAt = performance.now();
    const found = await pollFor(attempt, { waitMs: lockWaitMs, signal: this.signal });
    if (found !== undefined) return found.result;
    const waitedMs = performance.now() - startedAt;
    throw new MigrationLockTimeoutError(store.name, waitedMs, await store.lockHolder());
  }

  /** What surrounds one of several files while it runs. */
  runOf(file: MigrationFile, number: number, of: number): MigrationRun {
    const { runner, logger, onProgress, store } = this.options;
    const current = { store: store.name, migration: labelOf(file), number, of };
    onProgress?.(current);
    const progress =
      onProgress === undefined
        ? progressReporter(`${store.name}: ${labelOf(file)}`, logger)
        : (done: number, total?: number) => onProgress({ ...current, done, total });
    return { runner, logger, signal: this.signal, progress };
  }
}
