/** What a list can be sorted by. `Date` in milliseconds; a driver may give more as text. */
export type SortValue = string | number | bigint | boolean | Date | null;

/** The sort values of a row, in the order of the list's columns. */
export type Position = readonly SortValue[];

export type Direction = 'asc' | 'desc';

/** One column that a list is sorted by. */
export interface SortColumn {
  readonly name: string;
  readonly direction: Direction;
  /** Where rows without a value stand; undefined where every row has one. */
  readonly nulls: 'first' | 'last' | undefined;
}

/** A list with its order. A cursor fits no list of another name or order. */
export interface ListDefinition {
  readonly name: string;
  readonly columns: readonly SortColumn[];
}

/** A column's order: its direction alone where every row has a value. */
export type ColumnOrder = Direction | { readonly direction: Direction; nulls: 'first' | 'last' };

const COLUMN_NAME = /^[A-Za-z_]\w*$/;

/**
 * Defines a list by its name and what it is sorted by, most significant first. The last column is
 * unique and has no nulls (an id), or rows with equal values would be skipped.
 *
 * ```ts
 * defineList('accounts:last-sign-in', {
 *   lastSignedInAt: { direction: 'desc', nulls: 'last' },
 *   id: 'desc',
 * });
 * ```
 *
 * @throws RangeError for no columns, a name that is no identifier, or a last column with nulls
 */
export function defineList(
  name: string,
  columns: Readonly<Record<string, ColumnOrder>>,
): ListDefinition {
  const defined = Object.entries(columns).map(([column, order]): SortColumn => {
    if (!COLUMN_NAME.test(column)) {
      throw new RangeError(`${name}: a column is named by letters, digits and _, got "${column}"`);
    }
    return typeof order === 'string'
      ? { name: column, direction: order, nulls: undefined }
      : { name: column, ...order };
  });
  const last = defined.at(-1);
  if (last === undefined) throw new RangeError(`${name}: a list is sorted by at least one column`);
  if (last.nulls !== undefined) {
    throw new RangeError(`${name}: ${last.name} is the last column, which must be unique`);
  }
  return Object.freeze({ name, columns: Object.freeze(defined) });
}

/** The same columns read from the other end. */
export function reversed(columns: readonly SortColumn[]): SortColumn[] {
  return columns.map(({ name, direction, nulls }) => ({
    name,
    direction: direction === 'asc' ? 'desc' : 'asc',
    nulls: nulls && (nulls === 'first' ? 'last' : 'first'),
  }));
}
