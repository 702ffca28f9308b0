import type { LintRule } from '../rule.js';
import { nameOf } from '../tree/names.js';

/** SHARE UPDATE EXCLUSIVE, the strongest under which others read and write. */
const HARMLESS = 4;

export const lockTable: LintRule = {
  id: 'lock-table',
  why: 'LOCK TABLE keeps others from writing, or even reading, until the migration ends.',
  *find({ node }, { schema }) {
    if (!('LockStmt' in node) || (node.LockStmt.mode ?? 8) <= HARMLESS) return;
    const tables = (node.LockStmt.relations ?? []).flatMap((each) =>
      'RangeVar' in each ? [nameOf(each.RangeVar)] : [],
    );
    const existing = tables.filter((name) => !schema.isNew(name));
    if (existing.length === 0) return;
    yield {
      message: `${existing.join(', ')} is locked until the migration ends`,
      instead:
        `-- each statement takes the lock it needs; to lock rows only:\n` +
        `SELECT … FROM ${existing[0] ?? ''} WHERE … FOR NO KEY UPDATE;`,
    };
  },
};
