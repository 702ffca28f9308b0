import type { History } from '../history.js';
import { throwIfAborted } from '../lock-wait.js';
import { labelOf, type MigrationFile } from '../migration-file.js';
import type { LedgerEntry, MigrationSession } from '../migration-store.js';
import type { Operation } from './operation.js';

/** What a run of `up` did. */
export interface UpReport {
  readonly store: string;
  /** What this runner applied, in order; empty when there was nothing to do. */
  readonly applied: readonly LedgerEntry[];
  /** How many migrations the store has now. */
  readonly total: number;
}

/** Applies what is pending, up to and with a version. */
export async function up(operation: Operation, to: number): Promise<UpReport> {
  throwIfAborted(operation.signal);
  return operation.whenFree(async () => {
    const history = await operation.history();
    if (pendingUpTo(to, history).length === 0) {
      operation.refuse(history.problems);
      operation.warn(history.problems);
      return { result: reportOf(operation, history, []) };
    }
    await refuse(operation, history, to);
    const session = await operation.options.store.tryLock(operation.options.runner);
    if (session === undefined) return undefined;
    try {
      return { result: await applyPending(operation, session, to) };
    } finally {
      await session.release();
    }
  });
}

function pendingUpTo(to: number, { pending }: History): MigrationFile[] {
  return pending.filter(({ version }) => version <= to);
}

async function refuse(operation: Operation, history: History, to: number): Promise<void> {
  const pending = pendingUpTo(to, history);
  operation.refuse([...history.problems, ...(await operation.refusals({ ...history, pending }))]);
}

async function applyPending(
  operation: Operation,
  session: MigrationSession,
  to: number,
): Promise<UpReport> {
  // Read again under the lock: another runner may have finished since.
  const history = await operation.history(session);
  await refuse(operation, history, to);
  operation.warn(history.problems);
  const pending = pendingUpTo(to, history);
  for (const [index, file] of pending.entries()) {
    throwIfAborted(operation.signal);
    const next = pending[index + 1];
    const run = { ...operation.runOf(file, index + 1, pending.length), next };
    const tookMs = await session.apply(file, run, history.entries.get(file.version));
    const { logger, store } = operation.options;
    logger.info(`${store.name}: ${labelOf(file)} applied in ${Math.round(tookMs)} ms`);
  }
  if (pending.length === 0) return reportOf(operation, history, []);
  return reportOf(operation, await operation.history(session), pending);
}

function reportOf(
  { options: { store } }: Operation,
  { applied }: History,
  run: readonly MigrationFile[],
): UpReport {
  const versions = new Set(run.map(({ version }) => version));
  return {
    store: store.name,
    applied: applied.filter(({ version }) => versions.has(version)),
    total: applied.length,
  };
}
