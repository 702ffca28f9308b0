import type { LintRule } from '../rule.js';
import { nameOf, quoted } from '../tree/names.js';

export const renameColumn: LintRule = {
  id: 'rename-column',
  why: 'Running code that still uses the old name fails.',
  *find({ node }, { schema }) {
    if (!('RenameStmt' in node)) return;
    const { renameType, relation, subname = '', newname = '' } = node.RenameStmt;
    if (renameType !== 'OBJECT_COLUMN' && renameType !== 'OBJECT_ATTRIBUTE') return;
    const name = nameOf(relation);
    if (schema.isNew(name)) return;
    const [before, after] = [quoted(subname), quoted(newname)];
    yield {
      message: `code that still says ${name}.${before} fails`,
      instead:
        `ALTER TABLE ${name} ADD COLUMN ${after} <type>;\n` +
        `-- a trigger, or the code, writes both; then, some thousand rows at a time:\n` +
        `UPDATE ${name} SET ${after} = ${before} WHERE ${after} IS NULL AND <range of the key>;\n` +
        `-- the next release reads ${after}; the one after it drops ${before}`,
    };
  },
};
