import type { Breach, LintRule } from '../rule.js';
import { addedConstraints, columnChanges } from '../tree/alter-table.js';
import { quoted, stem, stringsOf } from '../tree/names.js';

export const notNullScansTable: LintRule = {
  id: 'not-null-scans-table',
  why:
    'SET NOT NULL reads the whole table under a lock that shuts everybody out, unless a CHECK that ' +
    'was validated before already says so.',
  *find(statement, { schema }) {
    const set = columnChanges(statement, 'AT_SetNotNull');
    const added = addedConstraints(statement, 'CONSTR_NOTNULL')
      .filter((each) => each.with === undefined && !each.constraint.skip_validation)
      .map(({ table, constraint }) => ({
        table,
        column: quoted(stringsOf(constraint.keys)[0] ?? ''),
      }));
    for (const { table, column } of [...set, ...added]) {
      const known = schema.table(table);
      if (schema.isNew(table) || known?.neverNull(column) || known?.notNull.has(column)) continue;
      yield breach(table, column);
    }
  },
};

function breach(table: string, column: string): Breach {
  const check = quoted(`${stem(table)}_${stem(column)}_not_null`);
  return {
    message: `${table} is locked while all its rows are looked at for a null in ${column}`,
    instead:
      `ALTER TABLE ${table} ADD CONSTRAINT ${check} CHECK (${column} IS NOT NULL) NOT VALID;\n` +
      `-- in the next file:\n` +
      `ALTER TABLE ${table} VALIDATE CONSTRAINT ${check};\n` +
      `-- in the one after it:\n` +
      `ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL, DROP CONSTRAINT ${check};`,
  };
}
