import { whole } from '../../figures.ts';
import { queryCheck } from '../check.ts';

interface Row {
  readonly table: string;
  readonly rows: number;
  readonly scans: number;
  readonly rows_a_scan: number;
  readonly index_scans: number;
}

export const sequentialScans = queryCheck<Row>({
  name: 'sequential-scans',
  title: 'large tables that are read from end to end',
  sql: new URL('sequential-scans.sql', import.meta.url),
  values: ({ largeTableRows, wholeTableScans }) => [largeTableRows, wholeTableScans],
  read: (row) => ({
    severity: 'warning',
    subject: row.table,
    what: `Read from end to end ${whole(row.scans)} times, ${whole(row.rows_a_scan)} of ${whole(row.rows)} rows each, and ${whole(row.index_scans)} times by an index.`,
    next: 'Find the statement among the top ones and explain it: its condition may lack an index.',
    facts: {
      rows: row.rows,
      scans: row.scans,
      rowsAScan: row.rows_a_scan,
      indexScans: row.index_scans,
    },
  }),
});
