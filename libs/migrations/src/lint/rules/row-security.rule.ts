import type { LintRule } from '../rule.js';
import { tableChanges } from '../tree/alter-table.js';

export const rowSecurity: LintRule = {
  id: 'row-security',
  why: 'Row security without a policy hides every row from code that does not own the table.',
  *find(statement, { schema, file, index }) {
    for (const { table, command } of tableChanges(statement)) {
      if (command.subtype !== 'AT_EnableRowSecurity' || schema.isNew(table)) continue;
      const hasPolicy = [...file.before(index), ...file.after(index)].some(
        (each) =>
          'CreatePolicyStmt' in each.node && each.node.CreatePolicyStmt.table?.relname === table,
      );
      if (hasPolicy) continue;
      yield {
        message: `running code sees no row of ${table}`,
        instead:
          `CREATE POLICY …  ON ${table} USING (…); -- before it, in the same file\n` +
          `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`,
      };
    }
  },
};
