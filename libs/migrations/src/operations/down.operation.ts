import type { History } from '../history.js';
import type { HistoryProblem } from '../history-problem.js';
import { throwIfAborted } from '../lock-wait.js';
import { labelOf, type MigrationFile } from '../migration-file.js';
import type { LedgerEntry, MigrationSession } from '../migration-store.js';
import {
  MigrationHistoryError,
  MigrationNotReversibleError,
  MigrationVersionError,
} from '../migrations.errors.js';
import type { Operation } from './operation.js';

/** What a run of `down` did. */
export interface DownReport {
  readonly store: string;
  /** The ledger's entries of what was reverted, newest first. */
  readonly reverted: readonly LedgerEntry[];
  /** How many migrations the store has now. */
  readonly total: number;
}

interface Reversal {
  readonly file: MigrationFile;
  readonly entry: LedgerEntry;
}

/** What `down` would revert, newest first: what is above a version or, without one, the newest. */
export async function reversals(
  operation: Operation,
  to: number | undefined,
  from?: MigrationSession,
): Promise<readonly Reversal[]> {
  const history = await operation.history(from);
  operation.refuse(history.problems.filter((problem) => !isSettledByReverting(problem)));
  const chosen = choose(history, to);
  refuseBelowUnknown(operation, history, chosen.at(-1)?.file.version ?? 0);
  const reasons = await Promise.all(chosen.map(async (each) => refusalOf(operation, each)));
  operation.refuse(reasons.filter((reason) => reason !== undefined));
  await refuseIrreversible(operation, chosen);
  return chosen;
}

/** Reverts them under the lock; nothing if they are not those that were expected. */
export async function down(
  operation: Operation,
  { to, exactly }: { to: number | undefined; exactly: readonly string[] | undefined },
): Promise<DownReport> {
  throwIfAborted(operation.signal);
  const { store, logger } = operation.options;
  return operation.underLock(async (session) => {
    const chosen = await reversals(operation, to, session);
    if (exactly) refuseOthers(operation, chosen, exactly);
    for (const [index, { file, entry }] of chosen.entries()) {
      throwIfAborted(operation.signal);
      const run = operation.runOf(file, index + 1, chosen.length);
      const tookMs = await session.revert(file, run, entry);
      logger.info(`${store.name}: ${labelOf(file)} reverted in ${Math.round(tookMs)} ms`);
    }
    const { applied } = await operation.history(session);
    const reverted = chosen.map(({ entry }) => entry);
    return { store: store.name, reverted, total: applied.length };
  });
}

function refuseOthers(
  { options: { store } }: Operation,
  chosen: readonly Reversal[],
  exactly: readonly string[],
): void {
  const labels = chosen.map(({ file }) => labelOf(file));
  if (labels.join() === exactly.join()) return;
  throw new MigrationVersionError(
    `${store.name}: another runner was at work: it would be ${labels.join(', ') || 'nothing'} now; ` +
      'nothing was reverted',
  );
}

/** One that was cut off goes on; a late or missing number says nothing about what is newest. */
function isSettledByReverting({ kind }: HistoryProblem): boolean {
  return kind === 'half_reverted' || kind === 'out_of_order' || kind === 'gap';
}

function choose({ files, entries }: History, to: number | undefined): Reversal[] {
  const known = files
    .flatMap((file) => {
      const entry = entries.get(file.version);
      return entry === undefined ? [] : [{ file, entry }];
    })
    .toReversed();
  const chosen =
    to === undefined ? known.slice(0, 1) : known.filter(({ file }) => file.version > to);
  const begun = chosen.find(({ entry }) => entry.state === 'started');
  if (begun === undefined) return chosen;
  throw new MigrationVersionError(
    `${labelOf(begun.entry)} was begun and not finished: finish it by "up", or settle it by "repair"`,
  );
}

/** Whatever the policy: what has no file cannot be reverted, and what is below it not before it. */
function refuseBelowUnknown(
  { options: { store } }: Operation,
  { problems }: History,
  lowest: number,
): void {
  const unknown = problems.filter(
    (problem) => problem.kind === 'missing_file' && problem.version > lowest,
  );
  if (unknown.length > 0) throw new MigrationHistoryError(store.name, unknown);
}

async function refusalOf(
  { options: { store } }: Operation,
  { file, entry }: Reversal,
): Promise<HistoryProblem | undefined> {
  return store.inspect(file, entry);
}

async function refuseIrreversible(
  { options: { store } }: Operation,
  chosen: readonly Reversal[],
): Promise<void> {
  const traits = await Promise.all(
    chosen.map(async ({ file }) => ({ file, ...(await store.traitsOf(file)) })),
  );
  const without = traits.filter(({ reversible }) => !reversible).map(({ file }) => labelOf(file));
  if (without.length > 0) throw new MigrationNotReversibleError(store.name, without);
}
