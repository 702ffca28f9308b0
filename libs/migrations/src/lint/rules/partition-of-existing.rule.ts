import type { LintRule } from '../rule.js';
import { nameOf } from '../tree/names.js';

export const partitionOfExisting: LintRule = {
  id: 'partition-of-existing',
  why:
    'CREATE TABLE … PARTITION OF shuts everybody out of the whole partitioned table. ATTACH lets ' +
    'them go on.',
  *find({ node }, { schema }) {
    if (!('CreateStmt' in node) || node.CreateStmt.partbound === undefined) return;
    const [parent] = (node.CreateStmt.inhRelations ?? []).flatMap((each) =>
      'RangeVar' in each ? [nameOf(each.RangeVar)] : [],
    );
    if (parent === undefined || schema.isNew(parent)) return;
    const name = nameOf(node.CreateStmt.relation);
    yield {
      message: `${parent} is locked against reading and writing`,
      instead:
        `CREATE TABLE ${name} (LIKE ${parent} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);\n` +
        `ALTER TABLE ${parent} ATTACH PARTITION ${name} FOR VALUES …;`,
    };
  },
};
