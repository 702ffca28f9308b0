import { bytes } from '../../figures.ts';
import { queryCheck } from '../check.ts';

interface Row {
  readonly index: string;
  readonly other: string;
  readonly same: boolean;
  readonly bytes: number;
}

export const duplicateIndexes = queryCheck<Row>({
  name: 'duplicate-indexes',
  title: 'indexes that others make needless',
  sql: new URL('duplicate-indexes.sql', import.meta.url),
  values: ({ idleIndexBytes }) => [idleIndexBytes],
  read: ({ index, other, same, bytes: size }) => ({
    severity: same ? 'warning' : 'notice',
    subject: index,
    what: same
      ? `The same as ${other}: ${bytes(size)}, and each write pays twice.`
      : `Its columns are the first of ${other}, which serves the same queries: ${bytes(size)}.`,
    next: same
      ? `DROP INDEX CONCURRENTLY ${index}, in a migration.`
      : `If it is not much smaller than ${other} and read all the time, DROP INDEX CONCURRENTLY ${index}, in a migration.`,
    facts: { other, same, bytes: size },
  }),
});
