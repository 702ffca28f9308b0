import { describe, expect, it } from '@jest/globals';
import { lint, rulesIn } from './lint-texts.js';

describe('lintMigrations', () => {
  const table = 'CREATE TABLE t (id int PRIMARY KEY, a text);';
  const index = 'CREATE INDEX i ON t (a);';

  it('says where: file, line and column, whatever stands before', async () => {
    const { findings } = await lint([
      table,
      `-- Überall\n/* ñ */ ALTER TABLE t ADD b int,\n  ADD "ö" int NOT NULL;`,
    ]);
    expect(findings).toMatchObject([
      { fileName: '0002_a.sql', line: 3, column: 7, rule: 'add-required-column' },
    ]);
  });

  it('counts what an earlier file made as existing, unless both are one release', async () => {
    const release = ['CREATE TABLE old (a int);', table, index, 'CREATE INDEX j ON old (a);'];
    expect((await lint(release)).findings.map(({ fileName }) => fileName)).toEqual([
      '0003_a.sql',
      '0004_a.sql',
    ]);
    const { files, findings } = await lint(release, { from: 2 });
    expect(files).toBe(3);
    expect(findings.map(({ fileName }) => fileName)).toEqual(['0004_a.sql']);
  });

  it('names the place of a mistake that PostgreSQL finds', async () => {
    const { findings } = await lint([table, '-- é\nALTER TABLE t\n  ADD COLUM b int c;']);
    expect(findings).toMatchObject([
      { rule: 'syntax', line: 3, column: 15, message: 'syntax error at or near "int"' },
    ]);
  });

  it('takes a file of comments for one without statements', async () => {
    expect(await lint([table, '-- nothing yet\n'])).toMatchObject({ files: 2, findings: [] });
  });

  it('looks at what up runs, not at the part that takes it back', async () => {
    const text = 'ALTER TABLE t ADD b int;\n-- migrate: down\nALTER TABLE t DROP b;\n';
    expect((await lint([table, text])).findings).toEqual([]);
  });

  it('requires a lock_timeout of files that are run without this runner', async () => {
    const alter = 'ALTER TABLE t ADD COLUMN b int;';
    const options = { requireTimeouts: true };
    expect(rulesIn(await lint([table, alter], options), 2)).toEqual(['lock-timeout']);
    const set = "SET LOCAL lock_timeout = '2s';";
    expect((await lint([table, `${set} ${alter}`], options)).findings).toEqual([]);
    expect((await lint([table], options)).findings).toEqual([]);
  });

  it.each([
    [
      'before the statement',
      `-- lint: accept index-without-concurrently because it is small\n${index}`,
    ],
    [
      'in it',
      'CREATE INDEX i -- lint: accept index-without-concurrently because it is small\n ON t (a);',
    ],
    [
      'at the end of its line',
      `${index} -- lint: accept index-without-concurrently because it is small`,
    ],
    [
      'in a comment of the other kind',
      `/* lint: accept index-without-concurrently because it is small */ ${index}`,
    ],
    [
      'with others',
      `-- Why it is here.\n-- lint: accept index-without-concurrently because it is small,\n-- and will be.\n${index}`,
    ],
  ])('accepts with a reason %s', async (_where, text) => {
    const { findings, accepted } = await lint([table, text]);
    expect(findings).toEqual([]);
    expect(accepted).toMatchObject([{ because: expect.stringMatching(/^it is small,?$/) }]);
  });

  it('accepts for one statement only', async () => {
    const text = `-- lint: accept index-without-concurrently because it is small\n${index}\nCREATE INDEX j ON t (a);`;
    const { findings, accepted } = await lint([table, text]);
    expect(findings).toMatchObject([{ line: 3 }]);
    expect(accepted).toHaveLength(1);
  });

  it('does not take what stands in a string for an acceptance', async () => {
    const text = `SELECT '-- lint: accept index-without-concurrently because it is small'; ${index}`;
    expect(rulesIn(await lint([table, text]), 2)).toEqual(['index-without-concurrently']);
  });

  it.each([
    ['has no reason', `-- lint: accept index-without-concurrently\n${index}`, /without a reason/],
    [
      'has an empty one',
      `-- lint: accept index-without-concurrently because \n${index}`,
      /without a reason/,
    ],
    [
      'names no rule',
      `-- lint: accept because it is small\n${index}`,
      /no rule ""|no rule "because"/,
    ],
    [
      'names a rule that does not exist',
      `-- lint: accept nonsense because I say so\n${index}`,
      /no rule "nonsense"/,
    ],
    [
      'matches nothing',
      `-- lint: accept drop-table because I say so\n${index}`,
      /which nothing breaks/,
    ],
    [
      'stands behind everything',
      `${index}\n-- lint: accept index-without-concurrently because I say so`,
      /which nothing breaks/,
    ],
  ])('reports an acceptance that %s, and what it was meant for', async (_what, text, message) => {
    const { findings } = await lint([table, text]);
    expect(findings.map(({ rule }) => rule).toSorted()).toEqual([
      'acceptance',
      'index-without-concurrently',
    ]);
    expect(findings.find(({ rule }) => rule === 'acceptance')?.message).toMatch(message);
  });

  it('accepts for an applied file, which nobody may edit, in lint.json beside it', async () => {
    const entry = {
      file: '0002_a.sql',
      rule: 'index-without-concurrently',
      because: 'it was empty',
    };
    const { findings, accepted } = await lint([table, index], { accept: { accept: [entry] } });
    expect([findings, accepted.map(({ because }) => because)]).toEqual([[], ['it was empty']]);
  });

  it('reports entries of lint.json without a reason, a match or a file', async () => {
    const accept = [
      { file: '0002_a.sql', rule: 'index-without-concurrently', because: '' },
      { file: '0001_a.sql', rule: 'drop-table', because: 'I say so' },
      { file: '0009_a.sql', rule: 'drop-table', because: 'I say so' },
    ];
    const { findings } = await lint([table, index], { accept: { accept } });
    const problems = findings.filter(({ rule }) => rule === 'acceptance');
    expect(problems.map(({ fileName, line, message }) => [fileName, line, message])).toEqual([
      ['lint.json', 10, 'accepts drop-table, which nothing breaks'],
      ['lint.json', 5, 'accepts index-without-concurrently without a reason'],
      ['lint.json', 15, 'there is no file 0009_a.sql'],
    ]);
  });

  it.each([{ accept: 'all' }, { accept: [{ rule: 'drop-table' }] }, []])(
    'refuses a lint.json of another form: %j',
    async (accept) => {
      await expect(lint([table], { accept })).rejects.toMatchObject({
        code: 'MIGRATION_OPTIONS',
        message: expect.stringContaining('lint.json: takes { "accept"'),
      });
    },
  );
});
