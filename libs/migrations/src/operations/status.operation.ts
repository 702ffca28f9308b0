import type { HistoryProblem } from '../history-problem.js';
import type { LedgerEntry } from '../migration-store.js';
import type { Operation } from './operation.js';

/** One line of `status`. */
export interface MigrationStatus {
  readonly version: number;
  readonly name: string;
  /**
   * `started`: begun by a runner that is at work or died; `up` goes on with it or runs it again.
   * `reverting`: the same of `down`.
   */
  readonly state: LedgerEntry['state'] | 'pending';
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

/** Every migration of files and ledger with its state. */
export async function status(operation: Operation): Promise<StatusReport> {
  const history = await operation.history();
  const { files, entries } = history;
  const known = new Map(
    [...files, ...entries.values()].map(({ version, name }) => [version, name]),
  );
  const migrations = [...known]
    .toSorted(([a], [b]) => a - b)
    .map(([version, name]): MigrationStatus => {
      const entry = entries.get(version);
      return { version, name, state: entry?.state ?? 'pending', entry };
    });
  const problems = [...history.problems, ...(await operation.refusals(history))];
  return { store: operation.options.store.name, migrations, problems };
}
