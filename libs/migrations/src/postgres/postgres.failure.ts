import type { DatabaseError } from 'pg';
import type { MigrationFile } from '../migration-file.js';
import {
  MigrationError,
  MigrationFailedError,
  StoreFailedError,
  StoreUnreachableError,
} from '../migrations.errors.js';
import { codeOf, reasonOf } from '../store-failure.js';

/** SQLSTATE codes that deserve advice of ours. */
const ADVICE: Readonly<Record<string, string>> = {
  '25001': 'this statement cannot run in a transaction, and every migration runs in one',
  '55P03': 'another transaction holds the lock; run again when it is done',
  '57014': 'raise statement_timeout in the file by SET LOCAL if the statement needs longer',
};

/** The server takes no connection, or ends this one: stopping, starting, crashed, full. */
const GOING_AWAY = new Set(['57P01', '57P02', '57P03', '53300', '08006']);

/** Turns what PostgreSQL said into an error that names the file and the place in it. */
export function postgresFailure(file: MigrationFile, cause: unknown): MigrationFailedError {
  const error = cameFromServer(cause) ? cause : undefined;
  const place = placeOf(file.text, error?.position);
  const hint = error?.hint ?? ADVICE[error?.code ?? ''];
  const detail = error?.detail ? ` (${error.detail})` : '';
  const reason = `${reasonOf(cause)}${detail}`;
  return new MigrationFailedError(
    { store: 'postgres', fileName: file.fileName, reason, ...place, hint },
    { cause },
  );
}

/** PostgreSQL counts characters from 1, where JavaScript's strings count UTF-16 units from 0. */
function placeOf(text: string, position: string | undefined) {
  if (position === undefined) return {};
  const before = Array.from(text).slice(0, Number(position) - 1);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.filter((character) => character === '\n').length + 1;
  return { line, column: before.length - lineStart + 1 };
}

/** Turned back by somebody else's lock, which will be gone: lock_not_available, deadlock_detected. */
export function mayPassWhenTriedAgain(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === '55P03' || code === '40P01';
}

/** Runs what is not a migration; whatever goes wrong there is the store's. */
export async function asking<T>(address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause;
    const Failure = cameFromServer(cause) ? StoreFailedError : StoreUnreachableError;
    throw new Failure('postgres', address, reasonOf(cause), { cause });
  }
}

/** The server's own errors carry a severity; those of a broken connection do not. */
function cameFromServer(error: unknown): error is DatabaseError {
  return error instanceof Error && 'severity' in error && !GOING_AWAY.has(String(codeOf(error)));
}
