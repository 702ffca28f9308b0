import type { LintRule } from '../rule.js';
import { droppedNames } from '../tree/dropped.js';

export const dropType: LintRule = {
  id: 'drop-type',
  why: 'Running code that casts to the type fails.',
  *find(statement, { schema }) {
    for (const type of droppedNames(statement, ['OBJECT_TYPE', 'OBJECT_DOMAIN'])) {
      if (schema.isNew(type)) continue;
      yield {
        message: `code that still names ${type} fails`,
        instead:
          `-- release code that does not name it; when no replica of the old one is left:\n` +
          `DROP TYPE ${type};`,
      };
    }
  },
};
