import type { LintRule } from '../rule.js';
import type { SqlStatement } from '../sql-parser.js';
import { lockedRelations } from '../tree/locks.js';

export const dataChangeUnderLock: LintRule = {
  id: 'data-change-under-lock',
  why:
    'Locks of schema changes last until the transaction ends: rows that are changed after one keep ' +
    'the traffic standing for as long as that takes.',
  *find(statement, { schema, file, index }) {
    if (!changesRows(statement)) return;
    const held = file.before(index).flatMap(lockedRelations);
    const existing = held.find((name) => !schema.isNew(name));
    if (existing === undefined) return;
    yield {
      message: `${existing} stays locked while rows are changed`,
      instead: '-- the change of the schema in one file, that of the rows in the next',
    };
  },
};

function changesRows({ node }: SqlStatement): boolean {
  if ('InsertStmt' in node) {
    const select = node.InsertStmt.selectStmt;
    // VALUES is a select with lists of values; those take no time.
    return select !== undefined && 'SelectStmt' in select && !select.SelectStmt.valuesLists;
  }
  return 'UpdateStmt' in node || 'DeleteStmt' in node || 'MergeStmt' in node || 'CopyStmt' in node;
}
