import { Injectable } from '@nestjs/common';
import { CursorCodec, InvalidCursorError, pageOf, type Page } from '@trilith/pagination';
import { z } from 'zod';

import type { PageRequest, Position } from './newest-first.js';
import type { PageQuery } from './page.js';

/** How a list is read. */
export interface PagedList<Row> {
  /** Names the list with all that chooses its entries: a cursor is good for this list alone. */
  readonly list: string;
  readonly read: (page: PageRequest) => PromiseLike<Row[]>;
  readonly positionOf: (row: Row) => Position;
}

const storedPosition = z.tuple([z.int(), z.string()]);

/** Reads lists page by page; see `newestFirst` for the queries. */
@Injectable()
export class Pages {
  constructor(private readonly cursors: CursorCodec) {}

  /** @throws {InvalidCursorError} for a cursor that this list did not give. */
  async read<Row>({ cursor, limit }: PageQuery, paged: PagedList<Row>): Promise<Page<Row>> {
    const { list } = paged;
    const after = cursor === undefined ? undefined : this.decode(list, cursor);
    // One more than asked for tells whether there is a next page.
    const rows = await paged.read({ after, limit: limit + 1 });
    return pageOf({
      rows,
      limit,
      list,
      cursors: this.cursors,
      positionOf: (row) => {
        const { date, id } = paged.positionOf(row);
        return [date.getTime(), id];
      },
    });
  }

  private decode(list: string, cursor: string): Position {
    const position = storedPosition.safeParse(this.cursors.decode(list, cursor));
    if (!position.success) throw new InvalidCursorError();
    const [time, id] = position.data;
    return { date: new Date(time), id };
  }
}
