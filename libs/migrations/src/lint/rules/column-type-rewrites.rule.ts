import type { LintRule } from '../rule.js';
import { columnChanges } from '../tree/alter-table.js';
import { quoted, stem } from '../tree/names.js';
import { typeText } from '../tree/text.js';
import { changesWithoutRewrite, knownType } from '../tree/column-type.js';

export const columnTypeRewrites: LintRule = {
  id: 'column-type-rewrites',
  why:
    'Another type rewrites the table and its indexes under a lock that shuts everybody out, unless ' +
    'both are stored alike; and running code may not take the new type.',
  *find(statement, { schema }) {
    for (const { table, column, command } of columnChanges(statement, 'AT_AlterColumnType')) {
      if (!command.def || !('ColumnDef' in command.def) || schema.isNew(table)) continue;
      const definition = command.def.ColumnDef;
      const from = schema.table(table)?.types.get(column);
      const to = knownType(definition.typeName);
      // Another collation keeps the rows, and builds the column's indexes anew.
      const isConverted = definition.raw_default !== undefined || definition.collClause;
      if (from && to && !isConverted && changesWithoutRewrite(from, to)) continue;
      const next = quoted(`${stem(column)}_next`);
      yield {
        at: definition.location,
        message: `${table} is locked and rewritten to change ${column} from ${from?.name ?? 'its type'}`,
        instead:
          `ALTER TABLE ${table} ADD COLUMN ${next} ${typeText(statement, definition)};\n` +
          `-- a trigger, or the code, writes both; then, some thousand rows at a time:\n` +
          `UPDATE ${table} SET ${next} = ${column} WHERE ${next} IS NULL AND <range of the key>;\n` +
          `-- the next release reads ${next}; the one after it drops ${column}`,
      };
    }
  },
};
