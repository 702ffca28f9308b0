import type { LintRule } from '../rule.js';
import { nameOf } from '../tree/names.js';

export const changeOfAllRows: LintRule = {
  id: 'change-of-all-rows',
  why:
    'One statement for all rows keeps each of them locked until its end, swells the table to twice ' +
    'its size and holds vacuum back.',
  *find({ node }, { schema }) {
    const [verb, changed] =
      'UpdateStmt' in node
        ? (['UPDATE', node.UpdateStmt] as const)
        : 'DeleteStmt' in node
          ? (['DELETE', node.DeleteStmt] as const)
          : [];
    if (changed === undefined || changed.whereClause !== undefined) return;
    const table = nameOf(changed.relation);
    if (schema.isNew(table)) return;
    yield {
      message: `every row of ${table} is locked until this ends`,
      instead:
        `-- some thousand rows at a time, in files of their own or by a job of the application:\n` +
        (verb === 'UPDATE'
          ? `UPDATE ${table} SET … WHERE <still to do> AND <range of the key>;`
          : `DELETE FROM ${table} WHERE <range of the key>;`),
    };
  },
};
