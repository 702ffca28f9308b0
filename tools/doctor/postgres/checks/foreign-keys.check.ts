import { whole } from '../../figures.ts';
import { queryCheck } from '../check.ts';

interface Row {
  readonly table: string;
  readonly constraint: string;
  readonly refers_to: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

export const foreignKeys = queryCheck<Row>({
  name: 'foreign-keys',
  title: 'foreign keys without an index',
  sql: new URL('foreign-keys.sql', import.meta.url),
  read: ({ table, constraint, refers_to: refersTo, columns, rows }, { largeTableRows }) => ({
    severity: rows >= largeTableRows ? 'warning' : 'notice',
    subject: table,
    what: `No index begins with ${columns.join(', ')} of ${constraint}: each row that is deleted from ${refersTo} reads all of the ${whole(rows)} rows here.`,
    next: `CREATE INDEX CONCURRENTLY ON ${table} (${columns.join(', ')}), in a migration; none is needed if rows of ${refersTo} never go and their keys never change.`,
    facts: { constraint, refersTo, columns: columns.join(', '), rows },
  }),
});
