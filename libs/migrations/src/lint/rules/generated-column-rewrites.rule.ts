import type { LintRule } from '../rule.js';
import { addedColumns, columnChanges } from '../tree/alter-table.js';
import { expressionText, typeText } from '../tree/text.js';

export const generatedColumnRewrites: LintRule = {
  id: 'generated-column-rewrites',
  why:
    'A stored generated column is computed for every row that is there, and so rewrites the table ' +
    'under a lock that shuts everybody out.',
  *find(statement, { schema }) {
    for (const { table, column, definition, constraints } of addedColumns(statement)) {
      const generated = constraints.find(
        ({ contype, generated_kind }) => contype === 'CONSTR_GENERATED' && generated_kind === 's',
      );
      if (generated === undefined || schema.isNew(table)) continue;
      yield {
        at: definition.location,
        message: `${table} is locked and rewritten to compute ${column} for each row`,
        instead:
          `ALTER TABLE ${table} ADD COLUMN ${column} ${typeText(statement, definition)};\n` +
          `-- a BEFORE INSERT OR UPDATE trigger that sets it, and then, some thousand rows at a time:\n` +
          `UPDATE ${table} SET ${column} = ${expressionText(statement, generated)}\n` +
          `WHERE ${column} IS NULL AND <range of the key>;`,
      };
    }
    for (const { table, column } of columnChanges(statement, 'AT_SetExpression')) {
      if (schema.isNew(table)) continue;
      yield {
        message: `${table} is locked and rewritten to compute ${column} anew for each row`,
        instead: `-- a second column with the new expression, filled as above; then read that one`,
      };
    }
  },
};
