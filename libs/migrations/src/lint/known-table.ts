import type { ColumnDef, Constraint, CreateStmt, Node } from 'libpg-query';
import { constraintsOf } from './tree/alter-table.js';
import { conjuncts, columnOf } from './tree/expressions.js';
import { quoted } from './tree/names.js';
import { knownType, type KnownType } from './tree/column-type.js';

/** A CHECK that the table carries. */
export interface KnownCheck {
  readonly name: string | undefined;
  readonly expression: Node;
  /** Whether it is known of the rows that were there before it. */
  validated: boolean;
}

/** What the migrations told of one table. */
export class KnownTable {
  readonly types = new Map<string, KnownType>();
  readonly notNull = new Set<string>();
  readonly checks: KnownCheck[] = [];
  /** The columns by which it is partitioned; undefined if it is not, or by an expression. */
  partitionKey: readonly string[] | undefined;

  static from(stmt: CreateStmt): KnownTable {
    const table = new KnownTable();
    for (const element of stmt.tableElts ?? []) {
      if ('ColumnDef' in element) table.addColumn(element.ColumnDef);
      if ('Constraint' in element) table.addConstraint(element.Constraint);
    }
    table.partitionKey = stmt.partspec?.partParams?.map((param) =>
      quoted(('PartitionElem' in param && param.PartitionElem.name) || ''),
    );
    return table;
  }

  addColumn(definition: ColumnDef): void {
    const name = quoted(definition.colname ?? '');
    const type = knownType(definition.typeName);
    if (type !== undefined) this.types.set(name, type);
    for (const constraint of constraintsOf(definition.constraints)) {
      this.addConstraint(constraint, name);
    }
  }

  /** @param column the one that it was written beside */
  addConstraint(constraint: Constraint, column?: string): void {
    const { contype, conname, raw_expr: expression, skip_validation: unchecked, keys } = constraint;
    if (contype === 'CONSTR_CHECK' && expression !== undefined) {
      this.checks.push({ name: conname, expression, validated: !unchecked });
    }
    if ((contype === 'CONSTR_NOTNULL' && !unchecked) || contype === 'CONSTR_PRIMARY') {
      const named = (keys ?? []).flatMap((key) => ('String' in key ? [key.String.sval ?? ''] : []));
      for (const each of column === undefined ? named.map(quoted) : [column]) {
        this.notNull.add(each);
      }
    }
  }

  renameColumn(before: string, after: string): void {
    const type = this.types.get(before);
    if (this.types.delete(before) && type !== undefined) this.types.set(after, type);
    if (this.notNull.delete(before)) this.notNull.add(after);
  }

  /** Whether a CHECK that every row was held against says that the column is never null. */
  neverNull(column: string): boolean {
    return this.conditions().some(
      (condition) =>
        'NullTest' in condition &&
        condition.NullTest.nulltesttype === 'IS_NOT_NULL' &&
        columnOf(condition.NullTest.arg) === column,
    );
  }

  /** Conditions that every row is known to meet. */
  conditions(): Node[] {
    return this.checks
      .filter(({ validated }) => validated)
      .flatMap(({ expression }) => conjuncts(expression));
  }
}
