import type { LintRule } from '../rule.js';
import { droppedNames } from '../tree/dropped.js';

export const dropTable: LintRule = {
  id: 'drop-table',
  why: 'Running code that still reads or writes the table fails, and its rows are gone.',
  *find(statement, { schema }) {
    for (const table of droppedNames(statement, ['OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE'])) {
      if (schema.isNew(table)) continue;
      yield {
        message: `code that still uses ${table} fails`,
        instead:
          `-- release code that does not use ${table}; when no replica of the old one is left:\n` +
          `DROP TABLE ${table};`,
      };
    }
  },
};
