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
  '25001': 'put "-- migrate: no-transaction" into the header of the file',
  '55P03': 'another transaction holds the lock; run again when it is done',
  '57014': 'if the statement needs longer, put "-- migrate: statement-timeout 1h" into the header',
};

/** The server takes no connection, or ends this one: stopping, starting, crashed, full. */
const GOING_AWAY = new Set(['57P01', '57P02', '57P03', '53300', '08006']);

/** What was sent when it failed. */
export interface FailingPlace {
  /** Where in the file it begins, in UTF-16 units from 0. */
  readonly start: number;
  /** What stood before it in the text that was sent. Default: nothing. */
  readonly before?: string;
  /** Whether it is one statement, and so is found by its beginning when the server tells no better. */
  readonly isStatement?: boolean;
  /** How to go on from there. */
  readonly hint?: string;
}

const WHOLE_FILE: FailingPlace = { start: 0 };

/** Turns what PostgreSQL said into an error that names the file and the place in it. */
export function postgresFailure(
  file: MigrationFile,
  cause: unknown,
  failing: FailingPlace = WHOLE_FILE,
): MigrationFailedError {
  const error = cameFromServer(cause) ? cause : undefined;
  const place = placeOf(file.text, failing, error?.position);
  const hints = [error?.hint ?? ADVICE[error?.code ?? ''], failing.hint];
  const hint = hints.filter((each) => each !== undefined).join('; ') || undefined;
  const detail = error?.detail ? ` (${error.detail})` : '';
  const reason = `${reasonOf(cause)}${detail}`;
  return new MigrationFailedError(
    { store: 'postgres', fileName: file.fileName, reason, ...place, hint },
    { cause },
  );
}

/** PostgreSQL counts characters from 1, where JavaScript's strings count UTF-16 units from 0. */
function placeOf(
  text: string,
  { start, before = '', isStatement = false }: FailingPlace,
  position: string | undefined,
) {
  if (position === undefined && !isStatement) return {};
  const offset = Number(position ?? 1) - 1 - Array.from(before).length;
  if (offset < 0) return {};
  const sent = Array.from(text.slice(start)).slice(0, offset);
  const ahead = [...Array.from(text.slice(0, start)), ...sent];
  const lineStart = ahead.lastIndexOf('\n') + 1;
  const line = ahead.filter((character) => character === '\n').length + 1;
  return { line, column: ahead.length - lineStart + 1 };
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
