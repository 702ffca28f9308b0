import type { HistoryProblem } from '../history-problem.js';
import type { MigrationFile } from '../migration-file.js';
import type { MigrationTraits, Rehearsal } from '../migration-store.js';
import type { Operation } from './operation.js';

/** One migration that `up` would run. */
export interface PlannedMigration extends MigrationTraits {
  readonly file: MigrationFile;
  /** How it fared when it was tried out; undefined if that was not asked for, or cannot be done. */
  readonly rehearsal: Rehearsal | undefined;
}

/** What `up` would do. */
export interface PlanReport {
  readonly store: string;
  /** In order. */
  readonly migrations: readonly PlannedMigration[];
  /** What would keep `up` from running; nothing was tried out then. */
  readonly problems: readonly HistoryProblem[];
}

/** What `up` would run, tried out where the store can take it back. */
export async function plan(
  operation: Operation,
  { to, tryOut }: { to: number; tryOut: boolean },
): Promise<PlanReport> {
  const { store, policies } = operation.options;
  const history = await operation.history();
  const pending = history.pending.filter(({ version }) => version <= to);
  const refusals = await operation.refusals({ ...history, pending });
  const problems = [...history.problems, ...refusals];
  const refused = problems.filter(({ kind }) => (policies[kind] ?? 'refuse') === 'refuse');
  const files = refused.length > 0 ? [] : pending;
  const rehearsals = tryOut ? await rehearse(operation, files) : [];
  const migrations = await Promise.all(
    files.map(async (file, index) => ({
      file,
      ...(await store.traitsOf(file)),
      rehearsal: rehearsals[index],
    })),
  );
  return { store: store.name, migrations, problems };
}

async function rehearse(
  operation: Operation,
  files: readonly MigrationFile[],
): Promise<readonly Rehearsal[]> {
  const { store, runner, logger } = operation.options;
  if (files.length === 0 || store.rehearse === undefined) return [];
  const run = { runner, logger, signal: operation.signal, progress: () => undefined };
  return operation.whenFree(async () => {
    const result = await store.rehearse?.(files, run);
    return result && { result };
  });
}
