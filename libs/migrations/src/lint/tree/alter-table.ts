import type { AlterTableCmd, ColumnDef, Constraint, Node } from 'libpg-query';
import type { SqlStatement } from '../sql-parser.js';
import { nameOf, quoted } from './names.js';

/** One `ALTER TABLE … <action>`. */
export interface TableChange {
  readonly table: string;
  readonly command: AlterTableCmd;
}

/** The actions of an ALTER TABLE, in order; none for any other statement. */
export function tableChanges({ node }: SqlStatement): TableChange[] {
  if (!('AlterTableStmt' in node) || node.AlterTableStmt.objtype !== 'OBJECT_TABLE') return [];
  const table = nameOf(node.AlterTableStmt.relation);
  return (node.AlterTableStmt.cmds ?? []).flatMap((each) =>
    'AlterTableCmd' in each ? [{ table, command: each.AlterTableCmd }] : [],
  );
}

/** Those actions that have a column as their object: `ALTER COLUMN … SET NOT NULL` and the like. */
export function columnChanges(
  statement: SqlStatement,
  subtype: NonNullable<AlterTableCmd['subtype']>,
): { table: string; column: string; command: AlterTableCmd }[] {
  return tableChanges(statement)
    .filter(({ command }) => command.subtype === subtype)
    .map(({ table, command }) => ({ table, column: quoted(command.name ?? ''), command }));
}

/** A column that an ALTER TABLE adds. */
export interface AddedColumn {
  readonly table: string;
  readonly column: string;
  readonly definition: ColumnDef;
  readonly constraints: readonly Constraint[];
}

export function addedColumns(statement: SqlStatement): AddedColumn[] {
  return tableChanges(statement).flatMap(({ table, command }) => {
    if (command.subtype !== 'AT_AddColumn' || !command.def || !('ColumnDef' in command.def)) {
      return [];
    }
    const definition = command.def.ColumnDef;
    const column = quoted(definition.colname ?? '');
    return [{ table, column, definition, constraints: constraintsOf(definition.constraints) }];
  });
}

/** A constraint that an ALTER TABLE adds, on its own or with a new column. */
export interface AddedConstraint {
  readonly table: string;
  readonly constraint: Constraint;
  /** The new column that it comes with. */
  readonly with: AddedColumn | undefined;
}

export function addedConstraints(
  statement: SqlStatement,
  type: NonNullable<Constraint['contype']>,
): AddedConstraint[] {
  const alone = tableChanges(statement).flatMap(({ table, command }) =>
    command.def && 'Constraint' in command.def && command.subtype === 'AT_AddConstraint'
      ? [{ table, constraint: command.def.Constraint, with: undefined }]
      : [],
  );
  const withColumns = addedColumns(statement).flatMap((added) =>
    added.constraints.map((constraint) => ({ table: added.table, constraint, with: added })),
  );
  return [...alone, ...withColumns].filter(({ constraint }) => constraint.contype === type);
}

export function constraintsOf(nodes: readonly Node[] | undefined): Constraint[] {
  return (nodes ?? []).flatMap((node) => ('Constraint' in node ? [node.Constraint] : []));
}
