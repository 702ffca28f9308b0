import type { SortColumn } from '../list.js';
import type { SliceStart } from '../page.js';
import { InvalidCursorError } from '../pagination.errors.js';

/** What a list is sorted by, in SQL. */
export interface Key {
  /** The expression, with its collation where that is not the database's. */
  readonly sql: string;
  /** What its text is cast to: `timestamptz`, `uuid`, `bigint`. */
  readonly type: string;
}

type Ordered = SortColumn & { readonly key: Key };

/** What together holds for just the rows from a place on: conditions that exclude each other. */
export interface Branches {
  readonly conditions: readonly [string, ...string[]];
  /** The values of the place that the conditions refer to. */
  readonly parameters: readonly unknown[];
}

/**
 * Splits "behind a place" into conditions that an index on the columns has bounds for: equal in the
 * first columns and behind in the next. Columns without nulls that run in one direction need one
 * condition together, a comparison of rows.
 *
 * @param taken how many parameters the statement has already
 */
export function branchesAfter(
  ordered: readonly Ordered[],
  { values, inclusive }: SliceStart,
  taken: number,
): Branches {
  if (values.length !== ordered.length) throw new InvalidCursorError();
  const parameters = values.filter((value) => value !== null);
  let next = taken;
  const places = ordered.map((column, index): Place => {
    const isNull = values[index] === null;
    if (!isNull) next += 1;
    return { ...column, value: isNull ? undefined : `$${next}::${column.key.type}` };
  });
  const conditions: string[] = [];
  const equal: string[] = [];
  for (const [index, place] of places.entries()) {
    const rest = places.slice(index);
    const isLast = areOneWay(rest);
    const behind = isLast ? [rowBehind(rest, inclusive)] : behindAlone(place);
    conditions.push(...behind.map((condition) => [...equal, condition].join(' AND ')));
    if (isLast) break;
    equal.push(sameAs(place));
  }
  const [first, ...others] = conditions;
  if (first === undefined) throw new RangeError('A list ends in a column without nulls');
  return { conditions: [first, ...others], parameters };
}

/** A column and its value at the place, as SQL; undefined for null. */
type Place = Ordered & { readonly value: string | undefined };

function areOneWay([first, ...others]: readonly Place[]): boolean {
  if (first === undefined || first.nulls !== undefined) return false;
  return others.every(
    ({ nulls, direction }) => nulls === undefined && direction === first.direction,
  );
}

function rowBehind(places: readonly Place[], inclusive: boolean): string {
  const keys = places.map(({ key }) => key.sql).join(', ');
  const values = places.map(({ value }) => value ?? 'NULL').join(', ');
  const than = `${comparison(places)}${inclusive ? '=' : ''}`;
  return places.length === 1 ? `${keys} ${than} ${values}` : `(${keys}) ${than} (${values})`;
}

function comparison([first]: readonly Place[]): string {
  return first?.direction === 'desc' ? '<' : '>';
}

/** Behind in one column, whatever the others are. */
function behindAlone(place: Place): string[] {
  const { key, nulls, value } = place;
  if (value === undefined) return nulls === 'first' ? [`${key.sql} IS NOT NULL`] : [];
  const behind = `${key.sql} ${comparison([place])} ${value}`;
  return nulls === 'last' ? [behind, `${key.sql} IS NULL`] : [behind];
}

function sameAs({ key, value }: Place): string {
  return value === undefined ? `${key.sql} IS NULL` : `${key.sql} = ${value}`;
}
