import type { LintRule } from '../rule.js';
import { canonical, stringsOf } from '../tree/names.js';

export const renameEnumValue: LintRule = {
  id: 'rename-enum-value',
  why: 'Running code that still writes or compares the old value fails.',
  *find({ node }, { schema }) {
    if (!('AlterEnumStmt' in node) || node.AlterEnumStmt.oldVal === undefined) return;
    const { typeName, oldVal, newVal = '' } = node.AlterEnumStmt;
    const type = canonical(stringsOf(typeName));
    if (schema.isNew(type)) return;
    yield {
      message: `code that still says '${oldVal}' of ${type} fails`,
      instead:
        `ALTER TYPE ${type} ADD VALUE '${newVal}';\n` +
        `-- release code that reads both and writes '${newVal}'; then change the rows. The old value\n` +
        `-- stays in the type: PostgreSQL cannot drop one.`,
    };
  },
};
