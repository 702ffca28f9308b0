import type { History } from '../history.js';
import { formatVersion, labelOf, type MigrationFile } from '../migration-file.js';
import type { LedgerChange, LedgerEntry, MigrationSession } from '../migration-store.js';
import { MigrationVersionError } from '../migrations.errors.js';
import type { Operation } from './operation.js';

/** What the ledger said of one version before, and says now; undefined where it says nothing. */
export interface LedgerDifference {
  readonly version: number;
  readonly name: string;
  readonly before: LedgerEntry | undefined;
  readonly after: LedgerEntry | undefined;
}

/** How the ledger was changed, without running anything. */
export interface LedgerReport {
  readonly store: string;
  /** By version; empty when there was nothing to change. */
  readonly changes: readonly LedgerDifference[];
}

/** What to do with a migration that was not finished: forget it, or count it as applied. */
export type UnfinishedChoice = 'clear' | 'keep';

/** Records every file up to a version as applied. Those that are keep their entry. */
export async function baseline(operation: Operation, version: number): Promise<LedgerReport> {
  return changing(operation, async (history) => {
    operation.refuse(history.problems.filter(({ kind }) => kind !== 'out_of_order'));
    const files = history.files.filter((file) => file.version <= version);
    if (files.at(-1)?.version !== version) throw noFile(operation, version);
    const unfinished = files.find(({ version: each }) => isUnfinished(history.entries.get(each)));
    if (unfinished) {
      throw new MigrationVersionError(
        `${operation.options.store.name}: ${labelOf(unfinished)} was begun and not finished; ` +
          'finish it, or settle it by "repair"',
      );
    }
    const missing = files.filter((file) => !history.entries.has(file.version));
    return Promise.all(missing.map(async (file) => recording(operation, file)));
  });
}

/**
 * Settles named versions: an applied one whose file was modified gets the checksum of the file; one
 * that was not finished is forgotten or counts as applied, as is chosen.
 */
export async function repair(
  operation: Operation,
  versions: readonly number[],
  unfinished: UnfinishedChoice | undefined,
): Promise<LedgerReport> {
  return changing(operation, async (history) => {
    const changes = versions.map(async (version) => {
      const entry = history.entries.get(version);
      if (isUnfinished(entry)) return settling(operation, history, { entry, unfinished });
      return amending(operation, history, version);
    });
    return (await Promise.all(changes)).filter((change) => change !== undefined);
  });
}

async function settling(
  operation: Operation,
  { files }: History,
  { entry, unfinished }: { entry: LedgerEntry; unfinished: UnfinishedChoice | undefined },
): Promise<LedgerChange> {
  const { version, state } = entry;
  if (unfinished === 'clear') return { kind: 'forget', version };
  const file = files.find((each) => each.version === version);
  if (unfinished === 'keep' && file) return recording(operation, file);
  if (unfinished === 'keep') throw noFile(operation, version);
  const verb = state === 'started' ? 'begun' : 'being reverted';
  throw new MigrationVersionError(
    `${operation.options.store.name}: ${labelOf(entry)} was ${verb} and not finished: say whether ` +
      'to clear it (it counts as never applied) or to keep it (it counts as applied)',
  );
}

async function amending(
  operation: Operation,
  { files, entries }: History,
  version: number,
): Promise<LedgerChange | undefined> {
  const file = files.find((each) => each.version === version);
  if (file === undefined) throw noFile(operation, version);
  const entry = entries.get(version);
  if (entry === undefined) {
    throw new MigrationVersionError(
      `${operation.options.store.name}: ${labelOf(file)} was never applied: nothing to repair`,
    );
  }
  if (entry.checksum === file.checksum) return undefined;
  const { breaking } = await operation.options.store.traitsOf(file);
  return { kind: 'amend', file, breaking };
}

async function recording(operation: Operation, file: MigrationFile): Promise<LedgerChange> {
  const { breaking } = await operation.options.store.traitsOf(file);
  return { kind: 'record', file, breaking };
}

/** Changes the ledger under the lock, and tells what it said before and says now. */
async function changing(
  operation: Operation,
  decide: (history: History, session: MigrationSession) => Promise<readonly LedgerChange[]>,
): Promise<LedgerReport> {
  const { store, runner } = operation.options;
  return operation.underLock(async (session) => {
    const before = await operation.history(session);
    const changes = await decide(before, session);
    if (changes.length > 0) await session.changeLedger(changes, runner);
    const after = await operation.history(session);
    const versions = changes.map((change) =>
      change.kind === 'forget' ? change.version : change.file.version,
    );
    return { store: store.name, changes: versions.map((each) => difference(each, before, after)) };
  });
}

function difference(version: number, before: History, after: History): LedgerDifference {
  const [was, is] = [before.entries.get(version), after.entries.get(version)];
  return { version, name: (is ?? was)?.name ?? '', before: was, after: is };
}

function isUnfinished(entry: LedgerEntry | undefined): entry is LedgerEntry {
  return entry !== undefined && entry.state !== 'applied';
}

function noFile({ options: { store } }: Operation, version: number): MigrationVersionError {
  return new MigrationVersionError(`${store.name}: no file has version ${formatVersion(version)}`);
}
