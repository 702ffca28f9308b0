import type { HistoryProblem } from './history-problem.js';
import type { MigrationDirectory } from './migration-directory.js';
import { labelOf, type MigrationFile } from './migration-file.js';
import type { LedgerEntry } from './migration-store.js';

/** Files and ledger side by side. */
export interface History {
  /** One a version. */
  readonly files: readonly MigrationFile[];
  /** What the ledger knows, by version. */
  readonly entries: ReadonlyMap<number, LedgerEntry>;
  /** Entries of the ledger whose migration is complete, by version. */
  readonly applied: readonly LedgerEntry[];
  /** Files still to be run, by version; the first may be one that was started and never finished. */
  readonly pending: readonly MigrationFile[];
  readonly problems: readonly HistoryProblem[];
}

/** Compares every file with the ledger: checksums, missing files, order and gaps. */
export function compareHistory(
  directory: MigrationDirectory,
  ledger: readonly LedgerEntry[],
): History {
  const known = ledger.toSorted((a, b) => a.version - b.version);
  const entries = new Map(known.map((entry) => [entry.version, entry]));
  const applied = known.filter((entry) => entry.state === 'applied');
  const files = oneAVersion(directory.files, entries);
  const pending = files.filter((file) => entries.get(file.version)?.state !== 'applied');
  return {
    files,
    entries,
    applied,
    pending,
    problems: [
      ...directory.problems,
      ...missingFiles(files, known),
      ...modifiedFiles(files, entries),
      ...halfReverted(known),
      ...outOfOrder(pending, applied.at(-1)),
      ...gaps(files, entries),
    ],
  };
}

/** Of files that share a version, the one that was run; else the first. */
function oneAVersion(
  files: readonly MigrationFile[],
  entries: ReadonlyMap<number, LedgerEntry>,
): MigrationFile[] {
  const chosen = new Map<number, MigrationFile>();
  for (const file of files) {
    const wasRun = entries.get(file.version)?.checksum === file.checksum;
    if (wasRun || !chosen.has(file.version)) chosen.set(file.version, file);
  }
  return [...chosen.values()];
}

function missingFiles(
  files: readonly MigrationFile[],
  ledger: readonly LedgerEntry[],
): HistoryProblem[] {
  const versions = new Set(files.map((file) => file.version));
  return ledger
    .filter((entry) => !versions.has(entry.version))
    .map(({ version, name }) => ({ kind: 'missing_file', version, name }));
}

function modifiedFiles(
  files: readonly MigrationFile[],
  entries: ReadonlyMap<number, LedgerEntry>,
): HistoryProblem[] {
  return files.flatMap((file): HistoryProblem[] => {
    const entry = entries.get(file.version);
    // One that was not finished is run again: it may be corrected.
    if (entry === undefined || entry.state === 'started' || entry.checksum === file.checksum) {
      return [];
    }
    const { fileName, checksum: found } = file;
    const recorded = entry.checksum;
    return [{ kind: 'modified', fileName, recordedName: labelOf(entry), recorded, found }];
  });
}

function halfReverted(ledger: readonly LedgerEntry[]): HistoryProblem[] {
  return ledger
    .filter((entry) => entry.state === 'reverting')
    .map(({ version, name }) => ({ kind: 'half_reverted', version, name }));
}

function outOfOrder(
  pending: readonly MigrationFile[],
  latest: LedgerEntry | undefined,
): HistoryProblem[] {
  if (latest === undefined) return [];
  return pending
    .filter((file) => file.version < latest.version)
    .map(({ fileName }) => ({ kind: 'out_of_order', fileName, applied: labelOf(latest) }));
}

/** A hole among the files is most often a file that was forgotten in a commit. */
function gaps(
  files: readonly MigrationFile[],
  entries: ReadonlyMap<number, LedgerEntry>,
): HistoryProblem[] {
  const problems: HistoryProblem[] = [];
  let expected = 1;
  for (const { version, fileName } of files) {
    // One problem names the first hole of a wide gap: a mistyped 9001 must not list thousands.
    if (version > expected && !entries.has(expected)) {
      problems.push({ kind: 'gap', version: expected, before: fileName });
    }
    expected = version + 1;
  }
  return problems;
}
