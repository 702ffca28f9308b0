import type { HistoryProblem } from '../history-problem.js';
import type { MigrationFile } from '../migration-file.js';
import type { LedgerEntry } from '../migration-store.js';
import { sqlMigrationOf } from './sql-migration.js';
import { checksumOfStatements } from './statement-run.js';

/** What keeps a file from being run or reverted; undefined if nothing does. */
export function problemOf(file: MigrationFile, begun?: LedgerEntry): HistoryProblem | undefined {
  const { fileName } = file;
  const migration = sqlMigrationOf(file);
  if (migration.refusal !== undefined) {
    return { kind: 'unsupported', fileName, reason: migration.refusal };
  }
  const progress = begun?.progress;
  if (begun === undefined || progress === undefined || !(progress.done > 0 || progress.attempted)) {
    return undefined;
  }
  const part = begun.state === 'reverting' ? migration.down : migration.up;
  const goesOn =
    migration.directives.noTransaction &&
    part !== undefined &&
    checksumOfStatements(part, progress.done) === progress.checksum;
  return goesOn ? undefined : { kind: 'modified_half_way', fileName, done: progress.done };
}
