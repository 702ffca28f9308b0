import type { LintRule } from '../rule.js';
import { createdName } from '../tree/created.js';
import { droppedNames } from '../tree/dropped.js';

export const dropView: LintRule = {
  id: 'drop-view',
  why: 'Running code that still reads the view fails, unless the same transaction makes it again.',
  *find(statement, { schema, file, index }) {
    for (const view of droppedNames(statement, ['OBJECT_VIEW', 'OBJECT_MATVIEW'])) {
      const isMadeAgain = file.after(index).some((each) => createdName(each) === view);
      if (schema.isNew(view) || isMadeAgain) continue;
      yield {
        message: `code that still reads ${view} fails`,
        instead:
          `-- for other columns, a second view beside it:\n` +
          `CREATE VIEW ${view}_next AS …;\n` +
          `-- release code that reads that one; when no replica of the old one is left:\n` +
          `DROP VIEW ${view};`,
      };
    }
  },
};
