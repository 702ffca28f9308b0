import type { LintRule } from '../rule.js';
import { addedConstraints } from '../tree/alter-table.js';
import { quoted, stem } from '../tree/names.js';
import { expressionText } from '../tree/text.js';

export const checkWithoutNotValid: LintRule = {
  id: 'check-without-not-valid',
  why: 'A CHECK is held against every row that is there, under a lock that shuts everybody out.',
  *find(statement, { schema }) {
    for (const { table, constraint, with: added } of addedConstraints(statement, 'CONSTR_CHECK')) {
      if (constraint.skip_validation || schema.isNew(table)) continue;
      const name = quoted(
        constraint.conname ?? `${stem(table)}_${added ? `${stem(added.column)}_` : ''}check`,
      );
      yield {
        at: constraint.location,
        message: `${table} is locked while all its rows are checked`,
        instead:
          `ALTER TABLE ${table} ADD CONSTRAINT ${name}\n` +
          `  CHECK ${expressionText(statement, constraint)} NOT VALID;\n` +
          `-- in the next file:\n` +
          `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name};`,
      };
    }
  },
};
