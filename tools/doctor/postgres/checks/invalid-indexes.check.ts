import { queryCheck } from '../check.ts';

interface Row {
  readonly index: string;
  readonly table: string;
  readonly partitioned: boolean;
  readonly bytes: number;
}

export const invalidIndexes = queryCheck<Row>({
  name: 'invalid-indexes',
  title: 'indexes that were not made to the end',
  sql: new URL('invalid-indexes.sql', import.meta.url),
  read: ({ index, table, partitioned, bytes }) => ({
    severity: 'warning',
    subject: index,
    what: partitioned
      ? `No query of ${table} uses it: not each partition has its part of it.`
      : `No query uses it, yet each write to ${table} may keep it up: making it was cut off.`,
    next: partitioned
      ? `CREATE INDEX CONCURRENTLY on each partition without one, and ALTER INDEX ${index} ATTACH PARTITION it.`
      : `REINDEX INDEX CONCURRENTLY ${index}; or DROP INDEX CONCURRENTLY ${index} and run its migration again. One whose name ends in _ccnew or _ccold is a leftover: drop it.`,
    facts: { table, bytes },
  }),
});
