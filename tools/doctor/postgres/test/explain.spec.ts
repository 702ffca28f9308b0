import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import { explain, type Explanation, type ExplainRequest } from '../explain/explain.ts';
import { LIMITS } from '../limits.ts';
import { Patient } from './patient.ts';

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.admit();
  await patient.run(`
    CREATE TABLE books (id int PRIMARY KEY, shelf int, title text, colour int, size int);;
    INSERT INTO books SELECT n, n % 50, 'title ' || n, n % 100, n % 100 FROM generate_series(1, 60000) n;;
    CREATE INDEX books_shelf ON books (shelf);;
    CREATE TABLE few (id int PRIMARY KEY, n int);;
    INSERT INTO few SELECT n, n FROM generate_series(1, 100) n;;
    CREATE SEQUENCE tickets;;
    VACUUM ANALYZE books;;
    VACUUM ANALYZE few`);
});

afterAll(async () => patient.leave());

async function explained(
  statement: string,
  more: Partial<ExplainRequest> = {},
): Promise<Explanation> {
  const session = await patient.session();
  return explain(session, { statement, timeoutMs: 30_000, ...more }, LIMITS);
}

const rules = ({ findings }: Explanation) =>
  findings.map(({ facts }) => String(facts.rule)).toSorted();

/** With settings of the role's own, as a statement finds them in an application. */
async function withSettings<T>(
  settings: string,
  work: (explainIt: typeof explained, other: Patient) => Promise<T>,
) {
  const other = await Patient.admit();
  try {
    const database = new URL(other.url).pathname.slice(1);
    for (const setting of settings.split(';')) {
      await other.run(`ALTER DATABASE ${database} SET ${setting}`);
    }
    const explainIt: typeof explained = async (statement, more) =>
      explain(await other.session(), { statement, timeoutMs: 30_000, ...more }, LIMITS);
    return await work(explainIt, other);
  } finally {
    await other.leave();
  }
}

describe('a plan that was run', () => {
  it('of a statement that is served by an index has nothing to tell', async () => {
    const explanation = await explained('SELECT * FROM books WHERE id = 7');
    expect(explanation.hasRun).toBe(true);
    expect(explanation.findings).toEqual([]);
  });

  it('tells of a large table that is read from end to end for little', async () => {
    const { findings } = await explained(`SELECT * FROM books WHERE title = 'title 7'`);
    expect(findings).toMatchObject([
      { severity: 'warning', subject: 'public.books', facts: { read: 60_000, kept: 1 } },
    ]);
    expect(findings[0]?.what).toContain('(books.title = ?::text)');
  });

  it('makes less of it when most rows are wanted, and nothing in a small table', async () => {
    expect(await explained('SELECT count(*) FROM books WHERE size > 1')).toMatchObject({
      findings: [{ severity: 'notice', facts: { rule: 'sequential-scan' } }],
    });
    expect((await explained('SELECT * FROM few WHERE n = 3')).findings).toEqual([]);
  });

  it('tells of partitions that are small and many, as one', async () => {
    await patient.run(`
      CREATE TABLE parts (n int, at int) PARTITION BY RANGE (n);;
      ${[0, 1, 2].map((n) => `CREATE TABLE parts_${n} PARTITION OF parts FOR VALUES FROM (${n}) TO (${n + 1});;`).join('')}
      INSERT INTO parts SELECT n % 3, n FROM generate_series(1, 12000) n;; ANALYZE parts`);
    expect((await explained('SELECT * FROM parts WHERE at = 7')).findings).toMatchObject([
      { subject: 'public.parts_0 and 2 more', facts: { read: 12_000, kept: 1 } },
    ]);
    expect((await explained('SELECT * FROM parts WHERE at = 7 AND n = 1')).findings).toEqual([]);
  });

  it('tells of rows that the planner expected to be many fewer, where it begins', async () => {
    // Colour and size are the same, which the planner does not know.
    const { findings } = await explained(
      'SELECT * FROM books WHERE colour = 5 AND size = 5 AND colour + 1 = 6 ORDER BY title',
    );
    expect(findings.filter(({ facts }) => facts.rule === 'misestimate')).toMatchObject([
      { severity: 'warning', subject: 'Seq Scan on public.books', facts: { actual: 600 } },
    ]);
  });

  it('does not hold it against the planner that a LIMIT ended the work', async () => {
    expect(rules(await explained('SELECT * FROM books ORDER BY id LIMIT 3'))).toEqual([]);
  });

  it('tells of an index that reads many rows to keep few', async () => {
    const { findings } = await explained(`SELECT * FROM books WHERE shelf = 3 AND title = 'none'`);
    expect(findings).toMatchObject([
      { severity: 'warning', facts: { rule: 'filtered-rows', removed: 1_200, kept: 0 } },
    ]);
  });

  it('tells of a sort that went to disk, and not of one in memory', async () => {
    await withSettings(`work_mem = '64kB'`, async (explainIt) => {
      const sort = (rows: number) =>
        `SELECT * FROM (SELECT n, repeat('x', 50) FROM generate_series(1, ${rows}) n) s ORDER BY n DESC`;
      const spilled = await explainIt(sort(20_000));
      expect(rules(spilled)).toContain('sort-on-disk');
      expect(rules(await explainIt(sort(100)))).toEqual([]);
    });
  });

  it('tells of a hash that went to disk', async () => {
    await withSettings(
      `work_mem = '64kB';hash_mem_multiplier = 1;enable_mergejoin = off;enable_nestloop = off`,
      async (explainIt) => {
        const join = (rows: number) =>
          `SELECT count(*) FROM generate_series(1, ${rows}) a (n) JOIN generate_series(1, ${rows}) b (n) USING (n)`;
        expect(rules(await explainIt(join(20_000)))).toContain('hash-on-disk');
        expect(rules(await explainIt(join(100)))).not.toContain('hash-on-disk');
        expect(
          rules(await explainIt('SELECT n, count(*) FROM generate_series(1, 30000) n GROUP BY n')),
        ).toContain('hash-on-disk');
      },
    );
  });

  it('tells of rows that were kept on disk in between', async () => {
    await withSettings(`work_mem = '64kB'`, async (explainIt) => {
      const kept = (rows: number) =>
        `WITH kept AS MATERIALIZED (SELECT * FROM generate_series(1, ${rows}) n) SELECT max(n) FROM kept`;
      expect(rules(await explainIt(kept(50_000)))).toContain('temporary-files');
      expect(rules(await explainIt(kept(100)))).not.toContain('temporary-files');
    });
  });

  it('tells of a bitmap that did not fit into memory', async () => {
    const settings = `work_mem = '64kB';enable_seqscan = off;enable_indexscan = off`;
    await withSettings(settings, async (explainIt, other) => {
      await other.run(`
        CREATE TABLE wide (n int, body text);;
        INSERT INTO wide SELECT n, repeat('x', 1500) FROM generate_series(1, 20000) n;;
        CREATE INDEX wide_n ON wide (n);; VACUUM ANALYZE wide`);
      const spread = await explainIt('SELECT count(body) FROM wide WHERE n > 100');
      expect(rules(spread)).toContain('lossy-bitmap');
      expect(rules(await explainIt('SELECT count(body) FROM wide WHERE n < 100'))).toEqual([]);
    });
  });

  it('tells of an index that would do alone, were it not for vacuum', async () => {
    await withSettings('enable_seqscan = off;enable_bitmapscan = off', async (explainIt, other) => {
      await other.run(`
        CREATE TABLE fresh (id int PRIMARY KEY) WITH (autovacuum_enabled = off);;
        INSERT INTO fresh SELECT generate_series(1, 5000);; ANALYZE fresh`);
      const count = 'SELECT count(*) FROM fresh WHERE id > 0';
      expect(rules(await explainIt(count))).toEqual(['heap-fetches']);
      // Somebody else's snapshot, such as that of an autoanalyze, may keep one from seeing all.
      await eventually(async () => {
        await other.run('VACUUM fresh');
        expect(rules(await explainIt(count))).toEqual([]);
      });
    });
  });
});

describe('a statement with parameters', () => {
  const STATEMENT = 'SELECT * FROM books WHERE shelf = $1 AND title = $2';

  it('is planned for any values without them, and not run', async () => {
    const explanation = await explained(STATEMENT);
    expect(explanation).toMatchObject({ isGeneric: true, hasRun: false });
    expect(explanation.explained['Execution Time']).toBeUndefined();
  });

  it('is told to read a large table from end to end by the planner’s own count', async () => {
    const { findings } = await explained('SELECT * FROM books WHERE title = $1');
    expect(findings).toMatchObject([{ facts: { rule: 'sequential-scan', read: 60_000 } }]);
    expect(findings[0]?.what).toContain('would read');
  });

  it('is run with them', async () => {
    const explanation = await explained(STATEMENT, { values: [3, 'title 3'] });
    expect(explanation).toMatchObject({ isGeneric: false, hasRun: true });
    expect(explanation.explained.Plan['Actual Rows']).toBe(1);
  });
});

describe('a statement that does harm', () => {
  const count = async () => {
    const client = await patient.client();
    const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM few');
    return Number(rows[0]?.count);
  };

  it.each([
    'DELETE FROM few',
    'UPDATE few SET n = 0',
    'INSERT INTO few VALUES (1000, 1)',
    'WITH gone AS (DELETE FROM few RETURNING *) SELECT count(*) FROM gone',
    'SELECT * FROM few FOR UPDATE',
    'CREATE TABLE more AS SELECT * FROM few',
    'SELECT * INTO more FROM few',
    '/* only */ (SELECT * INTO more FROM few)',
    'MERGE INTO few USING few f ON few.id = f.id WHEN MATCHED THEN DELETE',
  ])('is refused: %s', async (statement) => {
    await expect(explained(statement)).rejects.toThrow('--allow-changes');
    expect(await count()).toBe(100);
  });

  it.each([
    [`SELECT nextval('tickets')`, '--allow-changes'],
    ['SELECT 1; DELETE FROM few', 'multiple commands'],
    ['SELECT 1; COMMIT; DELETE FROM few', 'multiple commands'],
    ['SELECT $1; COMMIT; DELETE FROM few', 'multiple commands'],
    ['DROP TABLE few', 'syntax error'],
  ])('is refused by the server: %s', async (statement, why) => {
    await expect(explained(statement)).rejects.toThrow(why);
    expect(await count()).toBe(100);
  });

  it('is run and rolled back when that is allowed', async () => {
    const explanation = await explained('DELETE FROM few', { allowChanges: true });
    expect(explanation.hasRun).toBe(true);
    expect(explanation.explained.Plan.Plans?.[0]?.['Actual Rows']).toBe(100);
    expect(await count()).toBe(100);
  });

  it('is only planned when nothing more is asked', async () => {
    await expect(explained('DELETE FROM few', { planOnly: true })).resolves.toMatchObject({
      hasRun: false,
    });
  });

  it('ends at its deadline', async () => {
    await expect(explained('SELECT pg_sleep(60)', { timeoutMs: 300 })).rejects.toThrow('deadline');
    expect((await explained('SELECT 1')).hasRun).toBe(true);
  });

  it('is never shown with what was entered', async () => {
    const secrets = `SELECT * FROM books WHERE title = 'my secret' OR size = 4711`;
    const { explained: _plan, ...shown } = await explained(secrets);
    expect(JSON.stringify(shown)).not.toMatch(/secret|4711/);
  });
});
