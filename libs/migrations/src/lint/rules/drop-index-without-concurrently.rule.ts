import type { LintRule } from '../rule.js';
import { canonical, stringsOf } from '../tree/names.js';
import { withAfter } from '../tree/text.js';

export const dropIndexWithoutConcurrently: LintRule = {
  id: 'drop-index-without-concurrently',
  why: 'DROP INDEX waits for every query on the table to end, and keeps new ones waiting behind it.',
  *find(statement, { schema }) {
    const { node } = statement;
    if (!('DropStmt' in node) || node.DropStmt.removeType !== 'OBJECT_INDEX') return;
    if (node.DropStmt.concurrent) return;
    const names = (node.DropStmt.objects ?? []).map((object) => canonical(stringsOf([object])));
    const existing = names.filter((name) => !schema.isNew(name));
    if (existing.length === 0) return;
    yield {
      message: `the table of ${existing.join(', ')} is locked against reading and writing`,
      instead: `-- migrate: no-transaction\n${withAfter(statement, 'INDEX', 'CONCURRENTLY')}`,
    };
  },
};
