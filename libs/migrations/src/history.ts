import type { HistoryProblem } from './history-problem.js';
import type { MigrationDirectory } from './migration-directory.js';
import { labelOf, type MigrationFile } from './migration-file.js';
import type { LedgerEntry } from './migration-store.js';

/** Files and ledger side by side. */
export interface History {
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
  const applied = ledger
    .filter((entry) => entry.state === 'applied')
    .toSorted((a, b) => a.version - b.version);
  const entries = new Map(applied.map((entry) => [entry.version, entry]));
  const pending = directory.files.filter((file) => !entries.has(file.version));
  return {
    applied,
    pending,
    problems: [
      ...directory.problems,
      ...missingFiles(directory.files, applied),
      ...modifiedFiles(directory.files, entries),
      ...outOfOrder(pending, applied.at(-1)),
      ...gaps(directory.files, entries),
    ],
  };
}

function missingFiles(
  files: readonly MigrationFile[],
  applied: readonly LedgerEntry[],
): HistoryProblem[] {
  const versions = new Set(files.map((file) => file.version));
  return applied
    .filter((entry) => !versions.has(entry.version))
    .map(({ version, name }) => ({ kind: 'missing_file', version, name }));
}

function modifiedFiles(
  files: readonly MigrationFile[],
  entries: ReadonlyMap<number, LedgerEntry>,
): HistoryProblem[] {
  return files.flatMap((file): HistoryProblem[] => {
    const entry = entries.get(file.version);
    if (entry === undefined || entry.checksum === file.checksum) return [];
    const { fileName, checksum: found } = file;
    const recorded = entry.checksum;
    return [{ kind: 'modified', fileName, recordedName: labelOf(entry), recorded, found }];
  });
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
