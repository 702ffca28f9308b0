import type { Position, SortColumn } from './list.js';

/** One page of a list, as clients get it. `nextCursor` is null on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** A page of a list that is read in both directions. `previousCursor` is null on the first page. */
export interface TwoWayPage<Item> extends Page<Item> {
  readonly previousCursor: string | null;
}

/** Which page a client asks for. */
export interface PageRequest {
  /** From another page; the first page without it. */
  readonly cursor?: string | undefined;
  /** Most items of the page. */
  readonly limit: number;
}

/** What a query has to read. */
export interface Slice {
  /** The order to read in: that of the list, or all of it turned round to read backward. */
  readonly order: readonly SortColumn[];
  /** Where to begin; at the beginning without it. */
  readonly after: SliceStart | undefined;
  /** One more than the page holds: so whether there is another page needs no second query. */
  readonly limit: number;
}

/** A place in a list. */
export interface SliceStart {
  readonly values: Position;
  /** Whether a row at the very place belongs to the slice. */
  readonly inclusive: boolean;
}
