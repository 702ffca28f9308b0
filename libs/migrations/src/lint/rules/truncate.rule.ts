import type { LintRule } from '../rule.js';
import { nameOf } from '../tree/names.js';

export const truncate: LintRule = {
  id: 'truncate',
  why: 'TRUNCATE shuts everybody out, and takes rows that running code may still need.',
  *find({ node }, { schema }) {
    if (!('TruncateStmt' in node)) return;
    const tables = (node.TruncateStmt.relations ?? []).flatMap((each) =>
      'RangeVar' in each ? [nameOf(each.RangeVar)] : [],
    );
    const existing = tables.filter((name) => !schema.isNew(name));
    if (existing.length === 0) return;
    const cascades = node.TruncateStmt.behavior === 'DROP_CASCADE';
    yield {
      message: `${existing.join(', ')} loses all rows${cascades ? ', and so does whatever refers to it' : ''}`,
      instead:
        `-- some thousand rows at a time, in files of their own:\n` +
        `DELETE FROM ${existing[0] ?? ''} WHERE <range of the key>;`,
    };
  },
};
