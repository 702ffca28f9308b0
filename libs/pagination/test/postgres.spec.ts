import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  defineList,
  type ListDefinition,
  Pager,
  type Positioned,
  selectPage,
  type Slice,
} from '@trilith/pagination';
import { postgresForTest, type PostgresForTest } from '@trilith/testing';
import fc from 'fast-check';
import pg from 'pg';

import { arbitraryList, arbitraryRows, type Row, sorted } from './rows.js';

const pager = new Pager({ secrets: ['s'.repeat(32)] });

const ROWS = {
  select: { id: 'id', rank: 'rank', score: 'score', name: 'name' },
  from: 'rows',
  where: 'owner = $1',
  keys: {
    id: { sql: 'id', type: 'integer' },
    rank: { sql: 'rank', type: 'integer' },
    score: { sql: 'score', type: 'integer' },
    name: { sql: 'name COLLATE "C"', type: 'text' },
  },
};

describe('selectPage on PostgreSQL', () => {
  let postgres: PostgresForTest;
  let pool: pg.Pool;

  beforeAll(async () => {
    postgres = await postgresForTest();
    pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
    pool.on('error', () => undefined);
    await pool.query(
      'CREATE TABLE rows (owner integer, id integer, rank integer NOT NULL, score integer, name text)',
    );
  });
  afterAll(async () => {
    await pool.end();
    await postgres.close();
  });

  const query = async (slice: Slice, owner: number) => {
    const { text, values } = selectPage(ROWS, slice, [owner]);
    return (await pool.query<Positioned<Row>>(text, values)).rows;
  };
  const read = (list: ListDefinition, owner: number, limit: number, cursor: string | null) =>
    pager.read(
      { limit, cursor: cursor ?? undefined },
      { list, read: (slice) => query(slice, owner), positionOf: ({ position }) => position },
    );
  let owners = 0;
  const store = async (rows: readonly Row[]) => {
    owners += 1;
    await pool.query(
      `INSERT INTO rows SELECT $1, row.* FROM jsonb_to_recordset($2)
         AS row (id integer, rank integer, score integer, name text)`,
      [owners, JSON.stringify(rows)],
    );
    return owners;
  };

  it('should give each row once, in the order of a sorted list, forward and backward', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryRows(25),
        arbitraryList,
        fc.integer({ min: 1, max: 6 }),
        async (rows, list, limit) => {
          const owner = await store(rows);
          const expected = sorted(rows, list).map(({ id }) => id);
          const forward: number[] = [];
          let page = await read(list, owner, limit, null);
          for (;;) {
            forward.push(...page.items.map(({ id }) => id));
            if (page.nextCursor === null) break;
            page = await read(list, owner, limit, page.nextCursor);
          }
          expect(forward).toEqual(expected);
          const backward = page.items.map(({ id }) => id).toReversed();
          while (page.previousCursor !== null) {
            page = await read(list, owner, limit, page.previousCursor);
            backward.push(...page.items.map(({ id }) => id).toReversed());
          }
          expect(backward).toEqual(expected.toReversed());
        },
      ),
      { numRuns: 150 },
    );
  });

  it('should lose nothing of what the types of JavaScript cannot hold', async () => {
    const list = defineList('precise', { at: 'desc', amount: 'asc', id: 'asc' });
    const precise = {
      select: { id: 'id' },
      from: `(VALUES (timestamptz '2026-01-01 00:00:00.000001Z', 1.10, 9007199254740993),
                     (timestamptz '2026-01-01 00:00:00.000002Z', 1.1, 9007199254740992),
                     (timestamptz '2026-01-01 00:00:00.000002Z', 1.1, 9007199254740993),
                     (timestamptz '2026-01-01 00:00:00.000002Z', 1.11, 1)) AS row (at, amount, id)`,
      keys: {
        at: { sql: 'at', type: 'timestamptz' },
        amount: { sql: 'amount', type: 'numeric' },
        id: { sql: 'id', type: 'bigint' },
      },
    };
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: readonly { id: string }[]; nextCursor: string | null } =
        await pager.read(
          { limit: 1, cursor: cursor ?? undefined },
          {
            list,
            read: async (slice) => {
              const { text, values } = selectPage(precise, slice);
              return (await pool.query<Positioned<{ id: string }>>(text, values)).rows;
            },
            positionOf: ({ position }) => position,
          },
        );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['9007199254740992', '9007199254740993', '1', '9007199254740993']);
  });

  describe('with many rows and an index', () => {
    const list = defineList('busy', {
      score: { direction: 'desc', nulls: 'last' },
      rank: 'asc',
      id: 'desc',
    });
    const busy = {
      select: { id: 'id' },
      from: 'busy',
      keys: {
        score: { sql: 'score', type: 'integer' },
        rank: { sql: 'rank', type: 'integer' },
        id: { sql: 'id', type: 'integer' },
      },
    };

    beforeAll(async () => {
      await pool.query(`
        CREATE TABLE busy (id integer, rank integer NOT NULL, score integer);
        INSERT INTO busy SELECT n, n % 3, nullif(n % 5, 0) FROM generate_series(1, 50000) AS n;
        CREATE INDEX busy_order ON busy (score DESC NULLS LAST, rank, id DESC)`);
      await pool.query('VACUUM ANALYZE busy');
    });

    interface Node {
      'Node Type': string;
      'Actual Rows': number;
      'Actual Loops': number;
      'Rows Removed by Filter'?: number;
      Plans?: Node[];
    }
    const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

    it.each([
      ['the first page', undefined],
      ['a page among equal scores', ['4', '1', '30000']],
      ['the last of the scores', ['1', '2', '11']],
      ['a page among nulls', [null, '1', '25000']],
      ['the last page', [null, '2', '30']],
    ])('should read no more of it than the page holds: %s', async (_what, values) => {
      for (const order of [list.columns, ...(values ? [turned(list)] : [])]) {
        const after = values && { values, inclusive: false };
        const { text, values: parameters } = selectPage(busy, { order, after, limit: 21 });
        const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
          `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
          parameters,
        );
        const plan = rows[0]?.['QUERY PLAN'][0].Plan;
        const nodes = plan ? nodesOf(plan) : [];
        const scans = nodes.filter((node) => node['Node Type'].includes('Scan'));
        const read = scans.reduce((sum, node) => sum + rowsRead(node), 0);
        expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
        // Up to so many for each branch; 50,000 are there.
        expect(read).toBeLessThanOrEqual(21 * 5);
        expect(read).toBeGreaterThan(0);
      }
    });

    const rowsRead = (node: Node) =>
      (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
    const turned = ({ columns }: ListDefinition) =>
      columns.map(({ name, direction, nulls }) => ({
        name,
        direction: direction === 'asc' ? ('desc' as const) : ('asc' as const),
        nulls: nulls && (nulls === 'last' ? ('first' as const) : ('last' as const)),
      }));
  });

  it('should refuse a limit that is no number of rows, and a column without a key', () => {
    const { columns: order } = defineList('rows', { id: 'asc' });
    for (const limit of [0, -1, 1.5, Number.NaN, '1; DROP TABLE rows' as unknown as number]) {
      expect(() => selectPage(ROWS, { order, after: undefined, limit })).toThrow(RangeError);
    }
    const { columns: other } = defineList('rows', { secret: 'asc' });
    expect(() => selectPage(ROWS, { order: other, after: undefined, limit: 1 })).toThrow(
      'sorted by secret',
    );
  });
});
