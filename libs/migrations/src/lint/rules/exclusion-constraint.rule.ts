import type { LintRule } from '../rule.js';
import { addedConstraints } from '../tree/alter-table.js';

export const exclusionConstraint: LintRule = {
  id: 'exclusion-constraint',
  why:
    'An exclusion constraint builds its index under a lock that shuts everybody out, and PostgreSQL ' +
    'has no way to add one from an index that is there.',
  *find(statement, { schema }) {
    for (const { table, constraint } of addedConstraints(statement, 'CONSTR_EXCLUSION')) {
      if (schema.isNew(table)) continue;
      yield {
        at: constraint.location,
        message: `${table} is locked while the index of the constraint is built`,
        instead:
          `CREATE TABLE ${table}_next (LIKE ${table} INCLUDING ALL);\n` +
          `-- the constraint on ${table}_next; the code writes to both, a back-fill copies the rest,\n` +
          `-- and the next release reads ${table}_next`,
      };
    }
  },
};
