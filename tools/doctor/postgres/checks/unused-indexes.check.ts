import { bytes, duration } from '../../figures.ts';
import type { Finding } from '../../finding.ts';
import { queryCheck } from '../check.ts';

interface Row {
  readonly index: string;
  readonly table: string;
  readonly bytes: number;
  /** Since statistics were reset; null when they never were. */
  readonly reset_seconds: number | null;
  /** Since the server was started. */
  readonly running_seconds: number;
}

const WEEK_SECONDS = 7 * 86_400;

export function readUnused(row: Row): Finding {
  const { index, table, bytes: size, reset_seconds: reset, running_seconds: running } = row;
  const seconds = reset ?? running;
  const since = duration(seconds * 1_000);
  const seen =
    reset === null ? `for at least ${since}` : `in ${since}, since statistics were reset`;
  return {
    // What is done once a month is not seen in a day.
    severity: seconds >= WEEK_SECONDS ? 'warning' : 'notice',
    subject: index,
    what: `Not read ${seen}, yet each write to ${table} keeps it up: ${bytes(size)}.`,
    next: `See that no replica reads it (each counts for itself) and that this time has seen all kinds of work; then DROP INDEX CONCURRENTLY ${index}, in a migration.`,
    facts: { table, bytes: size, resetSeconds: reset, runningSeconds: running },
  };
}

export const unusedIndexes = queryCheck<Row>({
  name: 'unused-indexes',
  title: 'indexes that no query reads',
  sql: new URL('unused-indexes.sql', import.meta.url),
  values: ({ idleIndexBytes }) => [idleIndexBytes],
  read: readUnused,
});
