import type { KnownTable } from './known-table.js';
import type { SqlStatement } from './sql-parser.js';
import { tableChanges, type TableChange } from './tree/alter-table.js';
import { quoted } from './tree/names.js';
import { knownType } from './tree/column-type.js';

/** Keeps what is known of tables right over an ALTER TABLE. */
export function learnTableChanges(
  tables: ReadonlyMap<string, KnownTable>,
  statement: SqlStatement,
): void {
  for (const change of tableChanges(statement)) {
    const table = tables.get(change.table);
    if (table !== undefined) learnChange(table, change);
  }
}

function learnChange(table: KnownTable, { command }: TableChange): void {
  const { subtype, name, def } = command;
  const column = quoted(name ?? '');
  if (def && 'ColumnDef' in def) {
    if (subtype === 'AT_AddColumn') table.addColumn(def.ColumnDef);
    const type = knownType(def.ColumnDef.typeName);
    if (subtype === 'AT_AlterColumnType' && type) table.types.set(column, type);
  }
  if (subtype === 'AT_AddConstraint' && def && 'Constraint' in def) {
    table.addConstraint(def.Constraint);
  }
  if (subtype === 'AT_SetNotNull') table.notNull.add(column);
  if (subtype === 'AT_DropNotNull') table.notNull.delete(column);
  if (subtype === 'AT_DropColumn') table.types.delete(column);
  const check = table.checks.find((each) => each.name === name);
  if (check === undefined) return;
  if (subtype === 'AT_ValidateConstraint') check.validated = true;
  if (subtype === 'AT_DropConstraint') table.checks.splice(table.checks.indexOf(check), 1);
}
