import { bytes, percent } from '../../figures.ts';
import type { Severity } from '../../finding.ts';
import { queryCheck } from '../check.ts';

interface TableRow {
  readonly table: string;
  readonly bytes: number;
  readonly bloat: number;
  readonly share: number;
}

interface IndexRow extends TableRow {
  readonly index: string;
}

/** From this share on it is more than what comes and goes. */
const MOST_OF_IT = 0.6;

export const tableBloat = queryCheck<TableRow>({
  name: 'table-bloat',
  title: 'tables larger than their rows need (an estimate)',
  sql: new URL('table-bloat.sql', import.meta.url),
  values: ({ bloatBytes, bloatShare }) => [bloatBytes, bloatShare],
  read: ({ table, ...row }) => ({
    severity: severityOf(row.share),
    subject: table,
    what: `About ${percent(row.share)} of its ${bytes(row.bytes)} hold no rows: ${bytes(row.bloat)}.`,
    next: `New rows fill it again. If it stays: pg_repack, or VACUUM FULL ${table} in a pause, for it locks everybody out; then let autovacuum come earlier (autovacuum_vacuum_scale_factor).`,
    facts: row,
  }),
});

export const indexBloat = queryCheck<IndexRow>({
  name: 'index-bloat',
  title: 'B-trees larger than their entries need (an estimate)',
  sql: new URL('index-bloat.sql', import.meta.url),
  values: ({ bloatBytes, bloatShare }) => [bloatBytes, bloatShare],
  read: ({ index, ...row }) => ({
    severity: severityOf(row.share),
    subject: index,
    what: `About ${percent(row.share)} of its ${bytes(row.bytes)} hold no entries of ${row.table}: ${bytes(row.bloat)}.`,
    next: `REINDEX INDEX CONCURRENTLY ${index}: reading and writing go on.`,
    facts: row,
  }),
});

function severityOf(share: number): Severity {
  return share >= MOST_OF_IT ? 'warning' : 'notice';
}
