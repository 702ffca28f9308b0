import type { LintRule } from '../rule.js';
import { addedColumns } from '../tree/alter-table.js';
import { stem, stringsOf } from '../tree/names.js';

const SERIAL: Readonly<Record<string, string>> = {
  smallserial: 'smallint',
  serial2: 'smallint',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
};

export const numberingRewrites: LintRule = {
  id: 'numbering-rewrites',
  why:
    'A serial or identity column numbers every row that is there, and so rewrites the table under a ' +
    'lock that shuts everybody out.',
  *find(statement, { schema }) {
    for (const { table, column, definition, constraints } of addedColumns(statement)) {
      const written = stringsOf(definition.typeName?.names).at(-1) ?? '';
      const isIdentity = constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY');
      if (schema.isNew(table) || (!isIdentity && SERIAL[written] === undefined)) continue;
      const sequence = `${stem(table)}_${stem(column)}_seq`;
      yield {
        at: definition.location,
        message: `${table} is locked and rewritten to give each row a number`,
        instead:
          `CREATE SEQUENCE ${sequence};\n` +
          `ALTER TABLE ${table} ADD COLUMN ${column} ${SERIAL[written] ?? 'bigint'};\n` +
          `ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT nextval('${sequence}');\n` +
          `ALTER SEQUENCE ${sequence} OWNED BY ${table}.${column};\n` +
          `-- in files of their own, some thousand rows each:\n` +
          `UPDATE ${table} SET ${column} = DEFAULT WHERE ${column} IS NULL AND <range of the key>;`,
      };
    }
  },
};
