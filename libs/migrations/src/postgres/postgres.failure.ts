import type { DatabaseError } from 'pg';
import type { MigrationFile } from '../migration-file.js';
import { MigrationError, MigrationFailedError, StoreFailedError } from '../migrations.errors.js';
import { reasonOf } from '../store-failure.js';

/** SQLSTATE codes that deserve advice of ours. */
const ADVICE: Readonly<Record<string, string>> = {
  '25001': 'this statement cannot run in a transaction, and every migration runs in one',
  '55P03': 'another transaction holds the lock; run again when it is done',
  '57014': 'raise statement_timeout in the file by SET LOCAL if the statement needs longer',
};

/** Turns what PostgreSQL said into an error that names the file and the place in it. */
export function postgresFailure(file: MigrationFile, cause: unknown): MigrationFailedError {
  const error = cause instanceof Error ? (cause as Partial<DatabaseError> & Error) : undefined;
  const place = placeOf(file.text, error?.position);
  const hint = error?.hint ?? ADVICE[error?.code ?? ''];
  const detail = error?.detail ? ` (${error.detail})` : '';
  const reason = `${reasonOf(cause)}${detail}`;
  return new MigrationFailedError(
    { store: 'postgres', fileName: file.fileName, reason, ...place, hint },
    { cause },
  );
}

/** PostgreSQL counts characters from 1, where JavaScript counts UTF-16 units from 0. */
function placeOf(text: string, position: string | undefined) {
  if (position === undefined) return {};
  const before = Array.from(text)
    .slice(0, Number(position) - 1)
    .join('');
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Turned back by somebody else's lock, which will be gone: lock_not_available, deadlock_detected. */
export function mayPassWhenTriedAgain(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return cause.code === '55P03' || cause.code === '40P01';
}

/** Runs what is not a migration; whatever goes wrong there is the store's. */
export async function asking<T>(address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MigrationError) throw cause;
    throw new StoreFailedError('postgres', address, reasonOf(cause), { cause });
  }
}
