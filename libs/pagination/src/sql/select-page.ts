import type { SortColumn } from '../list.js';
import type { Slice } from '../page.js';
import { branchesAfter, type Key } from './branches.js';

/**
 * A list as PostgreSQL reads it. All of this is SQL that the program was written with: nothing that a
 * client gives belongs in here but as a parameter.
 */
export interface SqlList {
  /** What each row shows, by its name in the result. */
  readonly select: Readonly<Record<string, string>>;
  /** Tables and joins. */
  readonly from: string;
  /** Which rows the list holds; all without it. */
  readonly where?: string;
  /** Each column of the list's definition: an expression, as an index has it, and its type. */
  readonly keys: Readonly<Record<string, Key>>;
}

/** A row of a page, with its place in the list: each sort value as PostgreSQL writes it. */
export type Positioned<Row> = Row & { readonly position: readonly (string | null)[] };

/** A statement and its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * The statement that reads a slice of a list, by index conditions alone: rows are read from an index on
 * the list's keys in its order, from the slice's start on, and no more than the slice holds (some times
 * that where columns have nulls or mixed directions).
 *
 * Sort values come as text in the rows' `position` and go back in as such, so that nothing is lost on the
 * way that the program's types cannot hold: microseconds, numeric, integers beyond 2^53.
 *
 * @param values the parameters that `list` refers to, from `$1` on
 */
export function selectPage(
  list: SqlList,
  slice: Slice,
  values: readonly unknown[] = [],
): Statement {
  const { order, after } = slice;
  const ordered = order.map((column) => ({ ...column, key: keyOf(list, column) }));
  if (after === undefined) return { text: branch(list, ordered, slice), values: [...values] };
  const { conditions, parameters } = branchesAfter(ordered, after, values.length);
  const [only, ...others] = conditions;
  const text =
    others.length === 0
      ? branch(list, ordered, slice, only)
      : merged(list, ordered, slice, conditions);
  return { text, values: [...values, ...parameters] };
}

type Ordered = SortColumn & { readonly key: Key };

function keyOf({ keys }: SqlList, { name }: SortColumn): Key {
  const key = keys[name];
  if (key === undefined) throw new RangeError(`The list is sorted by ${name}, which has no key`);
  return key;
}

function branch(list: SqlList, ordered: readonly Ordered[], slice: Slice, condition?: string) {
  const shown = [...selected(list), `${positionOf(ordered)} AS "position"`];
  const by = ordered.map((column) => `${column.key.sql}${directionOf(column)}`);
  return statement({ list, shown, condition, by, limit: slice.limit });
}

/**
 * An OR gives an index no bounds: each of its parts is read by itself, as far as the slice can need, and
 * what they give is merged.
 */
function merged(
  list: SqlList,
  ordered: readonly Ordered[],
  { limit }: Slice,
  conditions: readonly string[],
): string {
  const shown = [
    ...selected(list),
    `${positionOf(ordered)} AS "position"`,
    ...ordered.map(({ key }, index) => `${key.sql} AS "key${index}"`),
  ];
  const by = ordered.map((column) => `${column.key.sql}${directionOf(column)}`);
  const branches = conditions.map(
    (condition) => `(${statement({ list, shown, condition, by, limit })})`,
  );
  const names = Object.keys(list.select).map((name) => `"${name}"`);
  const outer = ordered.map((column, index) => `"key${index}"${directionOf(column)}`);
  return [
    `SELECT ${[...names, '"position"'].join(', ')}`,
    `FROM (${branches.join(' UNION ALL ')}) AS branch`,
    `ORDER BY ${outer.join(', ')}`,
    `LIMIT ${rowCount(limit)}`,
  ].join(' ');
}

interface Parts {
  readonly list: SqlList;
  readonly shown: readonly string[];
  readonly condition: string | undefined;
  readonly by: readonly string[];
  readonly limit: number;
}

function statement({ list: { from, where }, shown, condition, by, limit }: Parts): string {
  const conditions = [where && `(${where})`, condition].filter((one) => one !== undefined);
  return [
    `SELECT ${shown.join(', ')} FROM ${from}`,
    ...(conditions.length > 0 ? [`WHERE ${conditions.join(' AND ')}`] : []),
    `ORDER BY ${by.join(', ')}`,
    `LIMIT ${rowCount(limit)}`,
  ].join(' ');
}

function selected({ select }: SqlList): string[] {
  return Object.entries(select).map(([name, sql]) => `${sql} AS "${name}"`);
}

function positionOf(ordered: readonly Ordered[]): string {
  return `ARRAY[${ordered.map(({ key }) => `(${key.sql})::text`).join(', ')}]`;
}

/** As an index is declared: without NULLS … where there are none, for one with nulls says so. */
function directionOf({ direction, nulls }: SortColumn): string {
  const way = direction === 'asc' ? '' : ' DESC';
  return nulls === undefined ? way : `${way} NULLS ${nulls.toUpperCase()}`;
}

/** In the text itself: planned with a limit that it does not know, PostgreSQL may choose to sort. */
function rowCount(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new RangeError(`limit takes a whole number from 1 on, got ${limit}`);
  }
  return limit;
}
