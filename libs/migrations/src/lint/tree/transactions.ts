import type { SqlStatement } from '../sql-parser.js';
import { tableChanges } from './alter-table.js';
import { definitionNames } from './options.js';

/** Whether PostgreSQL refuses the statement inside a transaction. */
export function needsNoTransaction(statement: SqlStatement): boolean {
  const { node } = statement;
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true;
  if ('DropStmt' in node) return node.DropStmt.concurrent === true;
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true;
  if ('ClusterStmt' in node) return node.ClusterStmt.relation === undefined;
  if ('ReindexStmt' in node) {
    const { relation, params } = node.ReindexStmt;
    return relation === undefined || definitionNames(params).includes('concurrently');
  }
  if ('CreatedbStmt' in node || 'DropdbStmt' in node || 'AlterSystemStmt' in node) return true;
  if ('CreateTableSpaceStmt' in node || 'DropTableSpaceStmt' in node) return true;
  return tableChanges(statement).some(
    ({ command: { def } }) => def && 'PartitionCmd' in def && def.PartitionCmd.concurrent === true,
  );
}
