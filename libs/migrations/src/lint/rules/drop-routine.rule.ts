import type { LintRule } from '../rule.js';
import { createdName } from '../tree/created.js';
import { droppedNames } from '../tree/dropped.js';

export const dropRoutine: LintRule = {
  id: 'drop-routine',
  why: 'Running code that still calls it fails, unless the same transaction makes it again.',
  *find(statement, { schema, file, index }) {
    const kinds = [
      'OBJECT_FUNCTION',
      'OBJECT_PROCEDURE',
      'OBJECT_ROUTINE',
      'OBJECT_AGGREGATE',
    ] as const;
    for (const routine of droppedNames(statement, kinds)) {
      const isMadeAgain = file.after(index).some((each) => createdName(each) === routine);
      if (schema.isNew(routine) || isMadeAgain) continue;
      yield {
        message: `code that still calls ${routine} fails`,
        instead:
          `-- the same parameters with another body:\n` +
          `CREATE OR REPLACE FUNCTION ${routine}(…) …;\n` +
          `-- other parameters: a function of another name; drop this one when nobody calls it`,
      };
    }
  },
};
