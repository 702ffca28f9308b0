import type { LintRule } from '../rule.js';
import { addedConstraints } from '../tree/alter-table.js';
import { nameOf, quoted, stem, stringsOf } from '../tree/names.js';

export const foreignKeyWithoutNotValid: LintRule = {
  id: 'foreign-key-without-not-valid',
  why:
    'A foreign key is checked for every row that is there, while nobody can write to either of the ' +
    'two tables.',
  *find(statement, { schema }) {
    for (const { table, constraint, with: added } of addedConstraints(
      statement,
      'CONSTR_FOREIGN',
    )) {
      // The rows of a column that comes without a default hold null: PostgreSQL checks none.
      const isEmpty =
        added !== undefined && !added.constraints.some((each) => each.contype === 'CONSTR_DEFAULT');
      if (constraint.skip_validation || isEmpty || schema.isNew(table)) continue;
      const columns = added ? [added.column] : stringsOf(constraint.fk_attrs).map(quoted);
      const other = nameOf(constraint.pktable);
      const keys = stringsOf(constraint.pk_attrs).map(quoted);
      const name = quoted(
        constraint.conname ?? `${stem(table)}_${columns.map(stem).join('_')}_fkey`,
      );
      yield {
        at: constraint.location,
        message: `nobody can write to ${table} or ${other} while every row of ${table} is checked`,
        instead:
          `ALTER TABLE ${table} ADD CONSTRAINT ${name} FOREIGN KEY (${columns.join(', ')})\n` +
          `  REFERENCES ${other}${keys.length > 0 ? ` (${keys.join(', ')})` : ''} NOT VALID;\n` +
          `-- in the next file:\n` +
          `ALTER TABLE ${table} VALIDATE CONSTRAINT ${name};`,
      };
    }
  },
};
