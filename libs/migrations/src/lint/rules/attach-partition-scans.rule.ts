import type { PartitionBoundSpec } from 'libpg-query';
import type { KnownTable } from '../known-table.js';
import type { LintRule } from '../rule.js';
import { tableChanges } from '../tree/alter-table.js';
import { comparisonOf, constantOf } from '../tree/expressions.js';
import { nameOf, quoted, stem } from '../tree/names.js';

export const attachPartitionScans: LintRule = {
  id: 'attach-partition-scans',
  why:
    'ATTACH PARTITION looks at every row of the table under a lock that shuts everybody out of it, ' +
    'unless a validated CHECK says that all of them belong there.',
  *find(statement, { schema }) {
    for (const { table: parent, command } of tableChanges(statement)) {
      if (command.subtype !== 'AT_AttachPartition' || !command.def) continue;
      if (!('PartitionCmd' in command.def)) continue;
      const { name, bound } = command.def.PartitionCmd;
      const partition = nameOf(name);
      const key = schema.table(parent)?.partitionKey;
      if (schema.isNew(partition) || isProved(schema.table(partition), key, bound)) continue;
      const check = quoted(`${stem(partition)}_bounds`);
      const condition = conditionOf(key?.[0] ?? '<key>', bound);
      yield {
        message: `${partition} is locked while all its rows are looked at`,
        instead:
          `ALTER TABLE ${partition} ADD CONSTRAINT ${check}\n  CHECK (${condition}) NOT VALID;\n` +
          `-- in the next file:\n` +
          `ALTER TABLE ${partition} VALIDATE CONSTRAINT ${check};\n` +
          `-- in the one after it: the ATTACH, and DROP CONSTRAINT ${check}`,
      };
    }
  },
};

/** Whether validated conditions on the only column of the key say just what the bounds ask. */
function isProved(
  partition: KnownTable | undefined,
  key: readonly string[] | undefined,
  bound: PartitionBoundSpec | undefined,
): boolean {
  const [column, ...others] = key ?? [];
  if (partition === undefined || column === undefined || others.length > 0) return false;
  const isSet = partition.notNull.has(column) || partition.neverNull(column);
  const comparisons = partition
    .conditions()
    .map(comparisonOf)
    .filter((each) => each?.column === column);
  const says = (operators: readonly string[], values: readonly (string | undefined)[]) =>
    comparisons.some(
      (each) =>
        each !== undefined &&
        operators.includes(each.operator) &&
        each.values.every((value) => values.includes(value)),
    );
  if (bound?.strategy === 'l')
    return isSet && says(['=', 'IN'], (bound.listdatums ?? []).map(constantOf));
  if (bound?.strategy !== 'r') return false;
  const [from, to] = [
    bound.lowerdatums?.map(constantOf) ?? [],
    bound.upperdatums?.map(constantOf) ?? [],
  ];
  return isSet && says(['>='], from) && says(['<'], to);
}

function conditionOf(column: string, bound: PartitionBoundSpec | undefined): string {
  const literal = (value: string | undefined) => `'${value ?? '…'}'`;
  if (bound?.strategy === 'l') {
    const values = (bound.listdatums ?? []).map((each) => literal(constantOf(each)));
    return `${column} IS NOT NULL AND ${column} IN (${values.join(', ')})`;
  }
  const from = literal(constantOf(bound?.lowerdatums?.[0]));
  const to = literal(constantOf(bound?.upperdatums?.[0]));
  return `${column} IS NOT NULL AND ${column} >= ${from} AND ${column} < ${to}`;
}
