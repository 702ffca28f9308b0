import type { Constraint } from 'libpg-query';
import type { LintRule } from '../rule.js';
import { addedConstraints } from '../tree/alter-table.js';
import { quoted, stem, stringsOf } from '../tree/names.js';

export const uniqueWithoutUsingIndex: LintRule = {
  id: 'unique-without-using-index',
  why:
    'A unique constraint or primary key builds its index under a lock that shuts everybody out, ' +
    'unless the index is there already.',
  *find(statement, { schema }) {
    const added = (['CONSTR_UNIQUE', 'CONSTR_PRIMARY'] as const).flatMap((type) =>
      addedConstraints(statement, type),
    );
    for (const { table, constraint, with: column } of added) {
      if (constraint.indexname !== undefined || schema.isNew(table)) continue;
      const columns = column ? [column.column] : stringsOf(constraint.keys).map(quoted);
      const name = quoted(constraint.conname ?? defaultName(table, columns, constraint));
      const words = constraint.contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE';
      yield {
        at: constraint.location,
        message: `${table} is locked while the index of ${name} is built`,
        instead:
          `-- migrate: no-transaction\n` +
          `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${table} (${columns.join(', ')});\n` +
          `-- in the next file${words === 'UNIQUE' ? '' : ', when each column is NOT NULL already'}:\n` +
          `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${words} USING INDEX ${name};`,
      };
    }
  },
};

function defaultName(table: string, columns: readonly string[], { contype }: Constraint): string {
  if (contype === 'CONSTR_PRIMARY') return `${stem(table)}_pkey`;
  return `${stem(table)}_${columns.map(stem).join('_')}_key`;
}
