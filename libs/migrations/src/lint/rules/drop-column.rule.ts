import type { LintRule } from '../rule.js';
import { columnChanges } from '../tree/alter-table.js';

export const dropColumn: LintRule = {
  id: 'drop-column',
  why:
    'Running code that still names the column fails: every query of an ORM whose entity has it, for ' +
    'example.',
  *find(statement, { schema }) {
    for (const { table, column } of columnChanges(statement, 'AT_DropColumn')) {
      if (schema.isNew(table)) continue;
      yield {
        message: `code that still names ${table}.${column} fails`,
        instead:
          `-- let inserts do without it, if it is NOT NULL and has no default:\n` +
          `ALTER TABLE ${table} ALTER COLUMN ${column} DROP NOT NULL;\n` +
          `-- release code that does not name it; when no replica of the old one is left:\n` +
          `ALTER TABLE ${table} DROP COLUMN ${column};`,
      };
    }
  },
};
