import fc from 'fast-check';
import { type ColumnOrder, defineList, type ListDefinition } from '@trilith/pagination';

/** A row of the lists of these tests: few values, so that many are equal, and nulls where allowed. */
export interface Row {
  readonly id: number;
  readonly rank: number;
  readonly score: number | null;
  readonly name: string | null;
}

export const arbitraryRows = (maxLength: number) =>
  fc
    .array(
      fc.record({
        rank: fc.integer({ min: 0, max: 2 }),
        score: fc.option(fc.integer({ min: -1, max: 1 })),
        name: fc.option(fc.constantFrom('', 'a', 'b', 'Z', 'é')),
      }),
      { maxLength },
    )
    .map((rows) => rows.map((row, id): Row => ({ id, ...row })));

const direction = fc.constantFrom('asc', 'desc');
const nullable = fc.record({ direction, nulls: fc.constantFrom('first', 'last') });

/** Lists by any of the columns, in any order and direction, with nulls at either end. */
export const arbitraryList: fc.Arbitrary<ListDefinition> = fc
  .record({
    orders: fc.record({ rank: direction, score: nullable, name: nullable }),
    names: fc.shuffledSubarray(['rank', 'score', 'name'] as const),
    last: direction,
  })
  .map(({ orders, names, last }) => {
    const columns = names.map((name): [string, ColumnOrder] => [name, orders[name]]);
    return defineList('rows', Object.fromEntries([...columns, ['id', last]]));
  });

/** The naive model: all rows, sorted. */
export function sorted(rows: readonly Row[], { columns }: ListDefinition): Row[] {
  return rows.toSorted((left, right) => compare(left, right, columns));
}

/** Negative where `left` comes first. Text goes by its code points. */
export function compare(left: Row, right: Row, columns: ListDefinition['columns']): number {
  for (const { name, direction: way, nulls } of columns) {
    const [a, b] = [left[name as keyof Row], right[name as keyof Row]];
    if (a === b) continue;
    if (a === null || b === null) return (a === null) === (nulls === 'first') ? -1 : 1;
    return (a < b ? -1 : 1) * (way === 'asc' ? 1 : -1);
  }
  return 0;
}
