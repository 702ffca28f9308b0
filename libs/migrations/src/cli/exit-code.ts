import { CommanderError } from 'commander';
import {
  MigrationAbortedError,
  MigrationDirectoryError,
  MigrationLockTimeoutError,
  MigrationOptionsError,
  StoreUnreachableError,
} from '../migrations.errors.js';

/** What the process ends with; `--help` repeats it. */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  tryAgain: 3,
  pending: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const EXIT_CODES_HELP = `
Exit codes:
  0    done, or nothing to do
  1    a migration failed, files and ledger do not fit together, a version cannot be
       reverted, or lint or verify found something
  2    wrong usage: an option, an address or the directory; "down" was not confirmed
  3    a store cannot be reached, or another runner did not finish in time: try again
  4    status --check found pending migrations
  130  stopped by a signal; what was finished stays applied`;

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  if (error instanceof MigrationOptionsError || error instanceof MigrationDirectoryError) {
    return ExitCode.usage;
  }
  if (error instanceof MigrationAbortedError) return ExitCode.interrupted;
  if (error instanceof StoreUnreachableError || error instanceof MigrationLockTimeoutError) {
    return ExitCode.tryAgain;
  }
  return ExitCode.failed;
}

/** One code for several stores: a failure that a person must look at outweighs the others. */
export function worstOf(codes: readonly ExitCode[]): ExitCode {
  if (codes.includes(ExitCode.failed)) return ExitCode.failed;
  return codes.toSorted((a, b) => b - a)[0] ?? ExitCode.done;
}
