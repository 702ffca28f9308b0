import { CursorCodec, type CursorCodecOptions } from './cursor-codec.js';
import { type ListDefinition, type Position, reversed } from './list.js';
import type { PageRequest, Slice, SliceStart, TwoWayPage } from './page.js';
import { InvalidCursorError } from './pagination.errors.js';

/** How a list is read. */
export interface PagedList<Row> {
  readonly list: ListDefinition;
  /**
   * What chooses the entries of the list besides its name, such as filters or whose list it is: a cursor
   * of one choice is refused by another.
   */
  readonly scope?: readonly (string | number | boolean | null)[];
  /** Reads rows in the order of the slice, from its start on, as many as its limit says. */
  readonly read: (slice: Slice) => PromiseLike<readonly Row[]>;
  /** The values that a row is sorted by. */
  readonly positionOf: (row: Row) => Position;
}

/** Where a cursor leads: first what tells the direction, then a position. */
const KINDS = [
  { backward: false, inclusive: false },
  { backward: false, inclusive: true },
  { backward: true, inclusive: false },
  { backward: true, inclusive: true },
] as const;
type Kind = (typeof KINDS)[number];

/**
 * Reads lists page by page, forward and backward, by keyset: each page begins where another one ended,
 * at the cost of one index lookup however deep it is, and rows that come and go meanwhile make no other
 * row appear twice or not at all.
 */
export class Pager {
  readonly #cursors: CursorCodec;

  /** @throws RangeError when a secret is shorter than 32 characters */
  constructor(options: CursorCodecOptions) {
    this.#cursors = new CursorCodec(options);
  }

  /** @throws InvalidCursorError for a cursor that this list did not give, in this scope */
  async read<Row>({ cursor, limit }: PageRequest, paged: PagedList<Row>): Promise<TwoWayPage<Row>> {
    const purpose = purposeOf(paged);
    const { backward, after } = this.#startOf(purpose, cursor);
    const { columns } = paged.list;
    const order = backward ? reversed(columns) : columns;
    const rows = await paged.read({ order, after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const items = backward ? page.toReversed() : page;
    const encode = (kind: Kind, values: Position) =>
      this.#cursors.encode(purpose, [KINDS.indexOf(kind), ...values]);
    const beyond = (side: 'next' | 'previous') =>
      cursorBeyond({ side, items, backward, after, hasMore: rows.length > limit, paged, encode });
    return { items, nextCursor: beyond('next'), previousCursor: beyond('previous') };
  }

  #startOf(purpose: string, cursor: string | undefined): { backward: boolean; after?: SliceStart } {
    if (cursor === undefined) return { backward: false };
    const [kind, ...values] = this.#cursors.decode(purpose, cursor);
    const known = KINDS[Number(kind)];
    if (known === undefined) throw new InvalidCursorError();
    return { backward: known.backward, after: { values, inclusive: known.inclusive } };
  }
}

/** Another order under the same name must not take the cursors of the former one. */
function purposeOf({
  list: { name, columns },
  scope = [],
}: Pick<PagedList<unknown>, 'list' | 'scope'>): string {
  const order = columns.map((column) => [column.name, column.direction, column.nulls ?? '']);
  return JSON.stringify([name, order, scope]);
}

interface Side<Row> {
  readonly side: 'next' | 'previous';
  readonly items: readonly Row[];
  readonly backward: boolean;
  readonly after: SliceStart | undefined;
  readonly hasMore: boolean;
  readonly paged: PagedList<Row>;
  readonly encode: (kind: Kind, values: Position) => string;
}

/** The cursor to what lies on one side of a page, or null where nothing does. */
function cursorBeyond<Row>(given: Side<Row>): string | null {
  const { side, items, backward, after, hasMore, paged, encode } = given;
  const [onward, back] = [KINDS[side === 'next' ? 0 : 2], KINDS[side === 'next' ? 1 : 3]];
  const goesOn = (side === 'previous') === backward;
  // The way that was being read: the surplus row tells whether there is more.
  if (goesOn && !hasMore) return null;
  // The way one came from: where there was a place to begin at, something lies on its other side.
  if (!goesOn && after === undefined) return null;
  const edge = items.at(side === 'next' ? -1 : 0);
  if (edge !== undefined) return encode(onward, paged.positionOf(edge));
  // Everything here is gone by now; whoever turns back must not miss the row at the place itself.
  return after === undefined ? null : encode(after.inclusive ? onward : back, after.values);
}
