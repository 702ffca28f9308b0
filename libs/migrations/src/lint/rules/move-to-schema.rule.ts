import type { LintRule } from '../rule.js';
import { canonical, nameOf, stringsOf } from '../tree/names.js';

export const moveToSchema: LintRule = {
  id: 'move-to-schema',
  why: 'Running code whose search path lacks the other schema no longer finds it.',
  *find({ node }, { schema }) {
    if ('AlterObjectSchemaStmt' in node) {
      const { relation, object, newschema = '' } = node.AlterObjectSchemaStmt;
      const name = relation ? nameOf(relation) : canonical(object ? stringsOf([object]) : []);
      if (schema.isNew(name)) return;
      yield {
        message: `code that does not look into ${newschema} no longer finds ${name}`,
        instead: `-- first release code whose search_path names ${newschema} as well; then move it`,
      };
    }
    if ('RenameStmt' in node && node.RenameStmt.renameType === 'OBJECT_SCHEMA') {
      const name = node.RenameStmt.subname ?? '';
      if (schema.isNew(name)) return;
      yield {
        message: `code that still says ${name} no longer finds anything in it`,
        instead: `-- first release code whose search_path names both; then rename it`,
      };
    }
  },
};
