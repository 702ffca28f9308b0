import type { LintRule } from '../rule.js';
import { nameOf } from '../tree/names.js';
import { withAfter } from '../tree/text.js';

export const indexWithoutConcurrently: LintRule = {
  id: 'index-without-concurrently',
  why: 'CREATE INDEX keeps everybody from writing to the table until the index is built.',
  *find(statement, { schema }) {
    const { node } = statement;
    if (!('IndexStmt' in node) || node.IndexStmt.concurrent) return;
    const table = nameOf(node.IndexStmt.relation);
    if (schema.isNew(table)) return;
    const isPartitioned = schema.table(table)?.partitionKey !== undefined;
    // ON ONLY the parent makes an index that is filled by attaching those of the partitions.
    if (isPartitioned && !node.IndexStmt.relation?.inh) return;
    yield {
      message: `nobody can write to ${table} while this index is built`,
      instead: isPartitioned
        ? `${withAfter(statement, 'ON', 'ONLY')}\n` +
          `-- for each partition, in files of their own with "-- migrate: no-transaction":\n` +
          `CREATE INDEX CONCURRENTLY <partition's index> ON <partition> …;\n` +
          `-- and at last, which makes the first one valid:\n` +
          `ALTER INDEX ${node.IndexStmt.idxname ?? '<index>'} ATTACH PARTITION <partition's index>;`
        : `-- migrate: no-transaction\n${withAfter(statement, 'INDEX', 'CONCURRENTLY')}`,
    };
  },
};
