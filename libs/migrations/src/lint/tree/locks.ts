import type { AlterTableCmd } from 'libpg-query';
import type { SqlStatement } from '../sql-parser.js';
import { tableChanges } from './alter-table.js';
import { droppedNames } from './dropped.js';
import { nameOf } from './names.js';

/** Actions of ALTER TABLE under which reading and writing go on. */
const WEAK: ReadonlySet<AlterTableCmd['subtype']> = new Set([
  'AT_ValidateConstraint',
  'AT_SetStatistics',
  'AT_SetOptions',
  'AT_ResetOptions',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_AttachPartition',
  'AT_ClusterOn',
  'AT_DropCluster',
]);

/** Relations that a statement locks so that others cannot write, or not even read, meanwhile. */
export function lockedRelations(statement: SqlStatement): string[] {
  const { node } = statement;
  if ('AlterTableStmt' in node) {
    return tableChanges(statement)
      .filter(({ command }) => !WEAK.has(command.subtype) && !isConcurrent(command))
      .slice(0, 1)
      .map(({ table }) => table);
  }
  if ('IndexStmt' in node && !node.IndexStmt.concurrent) return [nameOf(node.IndexStmt.relation)];
  if ('RenameStmt' in node && node.RenameStmt.relation) return [nameOf(node.RenameStmt.relation)];
  if ('CreateTrigStmt' in node) return [nameOf(node.CreateTrigStmt.relation)];
  if ('RefreshMatViewStmt' in node && !node.RefreshMatViewStmt.concurrent) {
    return [nameOf(node.RefreshMatViewStmt.relation)];
  }
  if ('ClusterStmt' in node) return [nameOf(node.ClusterStmt.relation)];
  const listed =
    'TruncateStmt' in node
      ? node.TruncateStmt.relations
      : 'LockStmt' in node
        ? node.LockStmt.relations
        : [];
  const named = (listed ?? []).flatMap((each) =>
    'RangeVar' in each ? [nameOf(each.RangeVar)] : [],
  );
  return [...named, ...droppedNames(statement, ['OBJECT_TABLE', 'OBJECT_MATVIEW'])];
}

function isConcurrent({ def }: AlterTableCmd): boolean {
  return def !== undefined && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true;
}
