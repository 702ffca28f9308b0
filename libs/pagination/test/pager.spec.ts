import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  defineList,
  InvalidCursorError,
  type ListDefinition,
  Pager,
  type Slice,
  type TwoWayPage,
} from '@trilith/pagination';

import { arbitraryList, arbitraryRows, compare, type Row, sorted } from './rows.js';

const pager = new Pager({ secrets: ['s'.repeat(32)] });

/** Reads as a store would. */
function slice(rows: readonly Row[], { order, after, limit }: Slice): Row[] {
  const inOrder = rows.toSorted((left, right) => compare(left, right, order));
  if (after === undefined) return inOrder.slice(0, limit);
  const place = Object.fromEntries(
    order.map(({ name }, index) => [name, after.values[index]]),
  ) as unknown as Row;
  const isIn = (row: Row) => compare(row, place, order) > (after.inclusive ? -1 : 0);
  return inOrder.filter(isIn).slice(0, limit);
}

interface Asked {
  readonly limit: number;
  readonly cursor?: string | null;
  readonly scope?: readonly string[];
}

function read(rows: readonly Row[], list: ListDefinition, { limit, cursor, scope = [] }: Asked) {
  return pager.read<Row>(
    { limit, cursor: cursor ?? undefined },
    {
      list,
      scope,
      read: async (asked) => slice(rows, asked),
      positionOf: (row) => list.columns.map(({ name }) => row[name as keyof Row]),
    },
  );
}

const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);
const limits = fc.integer({ min: 1, max: 7 });

describe('Pager', () => {
  it('should give each row once, in order, forward and then backward', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRows(30), arbitraryList, limits, async (rows, list, limit) => {
        const expected = ids(sorted(rows, list));
        const forward: number[] = [];
        let page = await read(rows, list, { limit });
        expect(page.previousCursor).toBeNull();
        for (;;) {
          forward.push(...ids(page.items));
          if (page.nextCursor === null) break;
          expect(page.items).toHaveLength(limit);
          page = await read(rows, list, { limit, cursor: page.nextCursor });
        }
        expect(forward).toEqual(expected);
        const backward = ids(page.items).toReversed();
        while (page.previousCursor !== null) {
          page = await read(rows, list, { limit, cursor: page.previousCursor });
          backward.push(...ids(page.items).toReversed());
        }
        expect(backward).toEqual(expected.toReversed());
      }),
    );
  });

  it('should give what was there all the while just once, whatever comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryRows(30),
        arbitraryList,
        limits,
        fc.infiniteStream(fc.boolean()),
        async (all, list, limit, coin) => {
          const isThere = () => coin.next().value === true;
          const lasting = all.filter(({ id }) => id % 2 === 0);
          const passing = all.filter(({ id }) => id % 2 === 1);
          const rows = () => [...lasting, ...passing.filter(isThere)];
          const seen: number[] = [];
          let cursor: string | null = null;
          do {
            const page: TwoWayPage<Row> = await read(rows(), list, { limit, cursor });
            seen.push(...ids(page.items));
            cursor = page.nextCursor;
          } while (cursor !== null);
          expect(seen.filter((id) => id % 2 === 0)).toEqual(ids(sorted(lasting, list)));
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
    );
  });

  it('should lead back to the row where everything behind it is gone', async () => {
    const list = defineList('rows', { id: 'asc' });
    const rows = Array.from({ length: 4 }, (_, id) => ({ id, rank: 0, score: null, name: null }));
    const first = await read(rows, list, { limit: 2 });
    const left = rows.slice(0, 2);
    const empty = await read(left, list, { limit: 2, cursor: first.nextCursor });
    expect([ids(empty.items), empty.nextCursor]).toEqual([[], null]);
    const back = await read(left, list, { limit: 2, cursor: empty.previousCursor });
    expect(ids(back.items)).toEqual([0, 1]);
    const right = rows.slice(2);
    const second = await read(rows, list, { limit: 2, cursor: first.nextCursor });
    const none = await read(right, list, { limit: 2, cursor: second.previousCursor });
    expect([ids(none.items), none.previousCursor]).toEqual([[], null]);
    const forth = await read(right, list, { limit: 2, cursor: none.nextCursor });
    expect(ids(forth.items)).toEqual([2, 3]);
    // What was empty once may be so again: the same place, and still nothing is skipped.
    const gone = await read([], list, { limit: 2, cursor: empty.previousCursor });
    const there = await read(rows, list, { limit: 2, cursor: gone.nextCursor });
    expect(ids(there.items)).toEqual([2, 3]);
  });

  it.each([
    ['another list', defineList('others', { rank: 'asc', id: 'asc' }), ['a']],
    ['another direction', defineList('rows', { rank: 'asc', id: 'desc' }), ['a']],
    ['another order', defineList('rows', { score: 'asc', id: 'asc' }), ['a']],
    [
      'nulls at the other end',
      defineList('rows', { rank: { direction: 'asc', nulls: 'last' }, id: 'asc' }),
      ['a'],
    ],
    ['another choice of rows', defineList('rows', { rank: 'asc', id: 'asc' }), ['b']],
    ['no choice of rows', defineList('rows', { rank: 'asc', id: 'asc' }), []],
  ])('should refuse a cursor of %s', async (_what, other, scope) => {
    const rows = Array.from({ length: 3 }, (_, id) => ({ id, rank: 0, score: 0, name: '' }));
    const list = defineList('rows', { rank: 'asc', id: 'asc' });
    const { nextCursor } = await read(rows, list, { limit: 1, scope: ['a'] });
    await expect(read(rows, list, { limit: 1, cursor: nextCursor, scope: ['a'] })).resolves.toEqual(
      expect.objectContaining({ items: [rows[1]] }),
    );
    await expect(read(rows, other, { limit: 1, cursor: nextCursor, scope })).rejects.toThrow(
      InvalidCursorError,
    );
  });
});

describe('defineList', () => {
  it.each<[string, Parameters<typeof defineList>[1]]>([
    ['no columns', {}],
    ['a column that is no name', { 'a b': 'asc', id: 'asc' }],
    ['a number, which would come first', { name: 'asc', 1: 'asc' }],
    ['nulls in the last column', { id: { direction: 'asc', nulls: 'last' } }],
  ])('should refuse %s', (_what, columns) => {
    expect(() => defineList('rows', columns)).toThrow(RangeError);
  });
});
