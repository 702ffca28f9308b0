import { Injectable } from '@nestjs/common';
import { defineList, type Page, Pager, type SliceStart } from '@trilith/pagination';

import type { PageRequest, Position } from './newest-first.js';
import type { PageQuery } from './page.js';

/** How a list is read. */
export interface PagedList<Row> {
  /** Names the list with all that chooses its entries: a cursor is good for this list alone. */
  readonly list: string;
  readonly read: (page: PageRequest) => PromiseLike<Row[]>;
  readonly positionOf: (row: Row) => Position;
}

const NEWEST_FIRST = defineList('content:newest', { date: 'desc', id: 'desc' });

/** Reads lists page by page; see `newestFirst` for the queries. */
@Injectable()
export class Pages {
  constructor(private readonly pager: Pager) {}

  /** @throws {InvalidCursorError} for a cursor that this list did not give. */
  async read<Row>({ cursor, limit }: PageQuery, paged: PagedList<Row>): Promise<Page<Row>> {
    const { items, nextCursor } = await this.pager.read(
      { cursor, limit },
      {
        list: NEWEST_FIRST,
        scope: [paged.list],
        read: ({ after, limit: rows }) =>
          paged.read({ after: after && placeOf(after), limit: rows }),
        positionOf: (row) => {
          const { date, id } = paged.positionOf(row);
          return [date, id];
        },
      },
    );
    return { items, nextCursor };
  }
}

function placeOf({ values: [date, id] }: SliceStart): Position {
  // Signed by us, so they are what `positionOf` gave.
  return { date: date as Date, id: id as string };
}
