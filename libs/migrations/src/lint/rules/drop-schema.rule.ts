import type { LintRule } from '../rule.js';
import { droppedNames } from '../tree/dropped.js';

export const dropSchema: LintRule = {
  id: 'drop-schema',
  why: 'Everything in the schema goes with it, and running code that names any of it fails.',
  *find(statement, { schema }) {
    for (const name of droppedNames(statement, ['OBJECT_SCHEMA'])) {
      if (schema.isNew(name)) continue;
      yield {
        message: `code that still uses anything in ${name} fails`,
        instead: `-- take out one thing after the other, each when no code uses it; at last:\nDROP SCHEMA ${name} RESTRICT;`,
      };
    }
    if ('DropdbStmt' in statement.node) {
      yield {
        message: 'a whole database is dropped',
        instead: '-- not by a migration: by hand, after a backup was tried',
      };
    }
  },
};
