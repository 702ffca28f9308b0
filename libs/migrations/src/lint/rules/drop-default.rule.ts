import type { LintRule } from '../rule.js';
import { columnChanges } from '../tree/alter-table.js';

export const dropDefault: LintRule = {
  id: 'drop-default',
  why: 'Running code whose inserts leave the column to its default writes null, or fails.',
  *find(statement, { schema }) {
    const dropped = [
      ...columnChanges(statement, 'AT_ColumnDefault').filter(
        ({ command }) => command.def === undefined,
      ),
      ...columnChanges(statement, 'AT_DropIdentity'),
      ...columnChanges(statement, 'AT_DropExpression'),
    ];
    for (const { table, column } of dropped) {
      if (schema.isNew(table)) continue;
      yield {
        message: `inserts into ${table} that leave ${column} to its default write null or fail`,
        instead:
          `-- release code that always gives ${column}; when no replica of the old one is left:\n` +
          `ALTER TABLE ${table} ALTER COLUMN ${column} DROP DEFAULT;`,
      };
    }
  },
};
