import type { CursorCodec, Position } from './cursor-codec.js';

/** One page of a list, as clients get it. `nextCursor` is null on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface PageOf<Row> {
  /** What the query found when asked for **one row more** than `limit`. */
  readonly rows: readonly Row[];
  readonly limit: number;
  /** The list's name and order, e.g. `posts:newest`. */
  readonly list: string;
  readonly cursors: CursorCodec;
  /** The values that the query sorts by, ending in a unique one. */
  readonly positionOf: (row: Row) => Position;
}

/**
 * Cuts a page from the rows of a keyset query. The query asks for `limit + 1` rows, so that whether
 * there is a next page needs no second query.
 */
export function pageOf<Row>({ rows, limit, list, cursors, positionOf }: PageOf<Row>): Page<Row> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const hasMore = rows.length > limit;
  return {
    items,
    nextCursor: hasMore && last !== undefined ? cursors.encode(list, positionOf(last)) : null,
  };
}
