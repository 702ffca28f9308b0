import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { splitStatements } from './sql-statements.js';

/** Texts that a split at each semicolon would tear apart, with the number of their statements. */
const texts: readonly [text: string, statements: number][] = [
  ['', 0],
  [' ; ;; -- nothing; here\n', 0],
  ['/* a /* nested; */ comment; */', 0],
  ['SELECT 1', 1],
  ['SELECT 1; SELECT 2;', 2],
  [`SELECT 'a;b', 'it''s; it', E'it\\'s; \\\\'; SELECT 2`, 2],
  [`SELECT 'back\\'; SELECT 'slash'`, 2],
  ['SELECT 1 AS "a;""b"; SELECT 2', 2],
  ['SELECT $$a; b$$; SELECT $tag$ $$; $other$ ; $tag$; SELECT $é$;$é$', 3],
  ['SELECT 1 AS a$b$c; SELECT 1 AS d$b$', 2],
  ["SELECT 1 -- it's; fine\n; SELECT 2", 2],
  ["SELECT 1 /* it's /* ; */ */; SELECT 2", 2],
  ['SELECT e\n FROM (SELECT 1 AS e) s; SELECT 2', 2],
  [`DO $do$ BEGIN PERFORM 1; IF true THEN PERFORM 2; END IF; END $do$; SELECT 1`, 2],
  [
    `CREATE FUNCTION pg_temp.one() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 ELSE 3 END; END; SELECT 2`,
    2,
  ],
  [
    `CREATE OR REPLACE PROCEDURE pg_temp.two() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$; SELECT 2`,
    2,
  ],
  [
    `CREATE TEMP TABLE begin_end (a int); CREATE RULE r AS ON INSERT TO begin_end DO ALSO (SELECT 1; SELECT 2); SELECT 3`,
    3,
  ],
  [`CREATE TEMP TABLE t (\n  a text DEFAULT ';',\n  b int\n);\nCREATE INDEX ON t (a);\n`, 2],
];

/** What may stand in a string or a comment: everything that means something elsewhere. */
const content = fc
  .array(
    fc.constantFrom(';', "'", '"', '$$', '$a$', '--', '/*', '*/', '\\', '\n', '(', 'x', 'E', ' '),
  )
  .map((parts) => parts.join(''));
const comment = content.map((text) => `/*${text.replaceAll(/\/\*|\*\/|\*$|\/$/g, '')} */`);
const filler = fc.oneof(
  fc.constantFrom(' ', '\n', '\t\r\n'),
  content.map((text) => `--${text.replaceAll('\n', '')}\n`),
  comment,
  comment.map((text) => `/* ${text} */`),
);
const closed = (text: string, tag: string) => `${tag}${text.replaceAll('$', '')}${tag}`;
const token = fc.oneof(
  fc.constantFrom('SELECT', 'a$b$', 'é', '1', '+', '(;)', '((;);)', 'E', '$1'),
  content.map((text) => `'${text.replaceAll("'", "''")}'`),
  content.map((text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`),
  content.map((text) => `"${text.replaceAll('"', '""')}"`),
  content.map((text) => closed(text, '$$')),
  content.map((text) => closed(text, '$tag$')),
);
/** Tokens with something between them, and never two that a line end would join. */
const statement = fc
  .tuple(fc.constantFrom('SELECT', 'INSERT'), fc.array(fc.tuple(filler, token), { maxLength: 6 }))
  .map(([first, rest]) => first + rest.map(([gap, each]) => `${gap}${each},`).join(''));

describe('splitStatements', () => {
  let client: pg.Client;
  beforeAll(async () => {
    client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
    await client.connect();
  });
  afterAll(async () => client.end());

  it.each(texts)('splits %j into %d', (text, statements) => {
    expect(splitStatements(text)).toHaveLength(statements);
  });

  it.each(texts)('agrees with PostgreSQL on how many statements %j has', async (text, expected) => {
    await client.query('BEGIN');
    try {
      const result = (await client.query(text)) as pg.QueryResult | pg.QueryResult[];
      // The driver answers an empty text by one result without a command.
      const ran = [result].flat().filter(({ command }) => command !== null);
      expect(splitStatements(text)).toHaveLength(ran.length);
      expect(ran).toHaveLength(expected);
    } finally {
      await client.query('ROLLBACK');
    }
  });

  it('gives each statement as it stands, and the words that tell its kind', () => {
    const [first, second] = splitStatements(
      '-- why\nALTER /* this */ TABLE a\n  ADD b text; create index on a (b);',
    );
    expect(first).toMatchObject({
      start: 7,
      text: 'ALTER /* this */ TABLE a\n  ADD b text',
      words: ['ALTER', 'TABLE', 'A', 'ADD', 'B', 'TEXT'],
    });
    expect(second?.words).toEqual(['CREATE', 'INDEX', 'ON', 'A', 'B']);
  });

  it('finds the end of strings that go on behind a line end', () => {
    const texts = ["E'a'\n'b\\'; c'; SELECT 2", "E'a' -- note\n  -- more\n 'b\\'; c'; SELECT 2"];
    for (const text of texts) expect(splitStatements(text)).toHaveLength(2);
    // Without a line end they are two strings, and the second knows no escapes.
    expect(splitStatements("E'a' 'b\\'; SELECT 2")).toHaveLength(2);
  });

  it('splits where the statements were joined, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 8 }), fc.array(filler), (statements, blanks) => {
        const blank = (index: number) => blanks[index % Math.max(1, blanks.length)] ?? ' ';
        const text = statements
          .map((each, index) => `${blank(index)}${each}${blank(index + 1)};`)
          .join(blank(0));
        const found = splitStatements(text);
        expect(found.map((each) => each.text)).toEqual(statements);
        expect(
          found.map(({ start, text: each }) => text.slice(start, start + each.length)),
        ).toEqual(statements);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes a long string without running out of stack', () => {
    const long = "a''b".repeat(1_000_000);
    expect(splitStatements(`SELECT '${long}'; SELECT E'${long}'; SELECT "${long}"`)).toHaveLength(
      3,
    );
  });

  it.each(["SELECT 'open", 'SELECT "open', 'SELECT $$open', '/* open', 'SELECT (1;'])(
    'comes to an end with %j, which PostgreSQL will refuse',
    (text) => {
      expect(splitStatements(text).length).toBeLessThanOrEqual(2);
    },
  );
});
