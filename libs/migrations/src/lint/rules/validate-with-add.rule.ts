import type { LintRule } from '../rule.js';
import { addedConstraints, tableChanges } from '../tree/alter-table.js';

const VALIDATED = ['CONSTR_CHECK', 'CONSTR_FOREIGN', 'CONSTR_NOTNULL'] as const;

export const validateWithAdd: LintRule = {
  id: 'validate-with-add',
  why:
    'VALIDATE in the transaction that added the constraint looks at every row under the lock that ' +
    'adding took: as if NOT VALID had not been said.',
  *find(statement, { schema, file, index }) {
    for (const { table, command } of tableChanges(statement)) {
      if (command.subtype !== 'AT_ValidateConstraint' || schema.isNew(table)) continue;
      const isAddedHere = [...file.before(index), statement].some((each) =>
        VALIDATED.flatMap((type) => addedConstraints(each, type)).some(
          (added) => added.table === table && added.constraint.conname === command.name,
        ),
      );
      if (!isAddedHere) continue;
      yield {
        message: `${table} stays locked while all its rows are looked at`,
        instead: `-- in the next file:\nALTER TABLE ${table} VALIDATE CONSTRAINT ${command.name ?? ''};`,
      };
    }
  },
};
