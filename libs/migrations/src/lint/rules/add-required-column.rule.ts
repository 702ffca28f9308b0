import type { LintRule } from '../rule.js';
import { addedColumns } from '../tree/alter-table.js';
import { typeText } from '../tree/text.js';

/** What gives a value to rows whose INSERT does not. */
const GIVES_VALUE = new Set(['CONSTR_DEFAULT', 'CONSTR_IDENTITY', 'CONSTR_GENERATED']);

export const addRequiredColumn: LintRule = {
  id: 'add-required-column',
  why:
    'A NOT NULL column without a default cannot be added to a table with rows, and running code ' +
    'that does not know it can insert none.',
  *find(statement, { schema }) {
    for (const { table, column, definition, constraints } of addedColumns(statement)) {
      const isRequired = constraints.some(
        ({ contype }) => contype === 'CONSTR_NOTNULL' || contype === 'CONSTR_PRIMARY',
      );
      const hasValue = constraints.some(({ contype }) => GIVES_VALUE.has(contype ?? ''));
      if (schema.isNew(table) || !isRequired || hasValue || isSerial(definition)) continue;
      yield {
        at: definition.location,
        message: `inserts into ${table} that do not know ${column} fail`,
        instead:
          `ALTER TABLE ${table} ADD COLUMN ${column} ${typeText(statement, definition)};\n` +
          `-- fill it, release the code that writes it, then make it NOT NULL by way of a CHECK\n` +
          `-- (see not-null-scans-table)`,
      };
    }
  },
};

function isSerial({ typeName }: Parameters<typeof typeText>[1]): boolean {
  const name = (typeName?.names ?? []).at(-1);
  return (
    name !== undefined && 'String' in name && /^(small|big)?serial/.test(name.String.sval ?? '')
  );
}
