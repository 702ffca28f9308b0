import type { Node } from 'libpg-query';
import { quoted, stringsOf } from './names.js';

/** The conditions that all hold when the expression does. */
export function conjuncts(expression: Node): Node[] {
  if ('BoolExpr' in expression && expression.BoolExpr.boolop === 'AND_EXPR') {
    return (expression.BoolExpr.args ?? []).flatMap(conjuncts);
  }
  return [expression];
}

/** The column that an expression is, and nothing but. */
export function columnOf(expression: Node | undefined): string | undefined {
  if (expression === undefined || !('ColumnRef' in expression)) return undefined;
  const name = stringsOf(expression.ColumnRef.fields).at(-1);
  return name === undefined ? undefined : quoted(name);
}

/** The constant that an expression is, with or without a cast, in one spelling. */
export function constantOf(expression: Node | undefined): string | undefined {
  if (expression === undefined) return undefined;
  if ('TypeCast' in expression) return constantOf(expression.TypeCast.arg);
  if (!('A_Const' in expression)) return undefined;
  const { sval, ival, fval, boolval } = expression.A_Const;
  if (sval) return sval.sval ?? '';
  if (fval) return fval.fval ?? '';
  // A value of zero or false is left out of the tree.
  if (ival) return String(ival.ival ?? 0);
  return boolval ? String(boolval.boolval ?? false) : undefined;
}

/** A comparison of a column with a constant, the column on the left. */
export interface Comparison {
  readonly column: string;
  readonly operator: string;
  /** One, or several after IN. */
  readonly values: readonly string[];
}

export function comparisonOf(expression: Node): Comparison | undefined {
  if (!('A_Expr' in expression)) return undefined;
  const { kind, name, lexpr, rexpr } = expression.A_Expr;
  const column = columnOf(lexpr);
  const operator = stringsOf(name).at(-1);
  if (column === undefined || operator === undefined || rexpr === undefined) return undefined;
  const listed = 'List' in rexpr ? (rexpr.List.items ?? []) : [rexpr];
  const values = listed.map(constantOf).filter((value) => value !== undefined);
  if (values.length !== listed.length) return undefined;
  return { column, operator: kind === 'AEXPR_IN' ? 'IN' : operator, values };
}

/** Names of all functions that are called anywhere in it. */
export function functionsIn(tree: unknown): string[] {
  if (Array.isArray(tree)) return tree.flatMap(functionsIn);
  if (typeof tree !== 'object' || tree === null) return [];
  const own =
    'funcname' in tree ? [stringsOf(tree.funcname as Node[]).at(-1)].filter(isDefined) : [];
  return [...own, ...Object.values(tree).flatMap(functionsIn)];
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
