import type { LintRule } from '../rule.js';
import { tableChanges } from '../tree/alter-table.js';
import { nameOf } from '../tree/names.js';

export const detachWithoutConcurrently: LintRule = {
  id: 'detach-without-concurrently',
  why: 'DETACH PARTITION shuts everybody out of the whole partitioned table.',
  *find(statement, { schema }) {
    for (const { table, command } of tableChanges(statement)) {
      if (command.subtype !== 'AT_DetachPartition' || schema.isNew(table)) continue;
      if (!command.def || !('PartitionCmd' in command.def)) continue;
      const { name, concurrent } = command.def.PartitionCmd;
      if (concurrent) continue;
      yield {
        message: `${table} is locked against reading and writing`,
        instead:
          `-- migrate: no-transaction\n` +
          `ALTER TABLE ${table} DETACH PARTITION ${nameOf(name)} CONCURRENTLY;`,
      };
    }
  },
};
