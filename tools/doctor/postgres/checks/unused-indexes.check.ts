import { bytes, duration } from '../../figures.ts';
import { queryCheck } from '../check.ts';

interface Row {
  readonly index: string;
  readonly table: string;
  readonly bytes: number;
  readonly since_seconds: number;
}

const WEEK_SECONDS = 7 * 86_400;

export const unusedIndexes = queryCheck<Row>({
  name: 'unused-indexes',
  title: 'indexes that no query reads',
  sql: new URL('unused-indexes.sql', import.meta.url),
  values: ({ idleIndexBytes }) => [idleIndexBytes],
  read: (row) => ({
    // What is done once a month is not seen in a day.
    severity: row.since_seconds >= WEEK_SECONDS ? 'warning' : 'notice',
    subject: row.index,
    what: `Not read in the ${duration(row.since_seconds * 1_000)} since statistics began, yet each write to ${row.table} keeps it up: ${bytes(row.bytes)}.`,
    next: `See that no replica reads it (each counts for itself) and that this time has seen all kinds of work; then DROP INDEX CONCURRENTLY ${row.index}, in a migration.`,
    facts: { table: row.table, bytes: row.bytes, sinceSeconds: Math.round(row.since_seconds) },
  }),
});
