import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { Patient } from '../postgres/test/patient.ts';

const CLI = path.resolve(import.meta.dirname, '../cli.ts');

let patient: Patient;

beforeAll(async () => {
  patient = await Patient.admit();
  await patient.run(`
    CREATE EXTENSION IF NOT EXISTS pg_stat_statements;;
    CREATE TABLE halves (n int);; INSERT INTO halves VALUES (1), (1)`);
});

afterAll(async () => patient.leave());

async function doctor(args: readonly string[], { input = '', url = patient.url } = {}) {
  return execa(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], {
    env: { DATABASE_URL: url, DATABASE_DIRECT_URL: '' },
    input,
    reject: false,
  });
}

describe('npm run doctor -- postgres', () => {
  it('ends with 0 when nothing needs hands', async () => {
    const { exitCode, stdout } = await doctor(['postgres', '--only', 'invalid-indexes,wraparound']);
    expect(stdout).toMatch(/invalid-indexes +.* nothing\nwraparound +.* nothing$/);
    expect(exitCode).toBe(0);
  });

  it('ends with 2 when something does, and says what and the next step', async () => {
    const client = await patient.client();
    await client
      .query('CREATE UNIQUE INDEX CONCURRENTLY halves_n ON halves (n)')
      .catch(() => undefined);
    // It answers before it is done with the one that failed.
    await client.query('SELECT 1');
    const { exitCode, stdout } = await doctor(['postgres', '--only', 'invalid-indexes']);
    expect(exitCode).toBe(2);
    expect(stdout).toContain('1 warning');
    expect(stdout).toContain('Next: REINDEX INDEX CONCURRENTLY public.halves_n');
  });

  it('tells all checks and the statements to a program', async () => {
    const { exitCode, stdout, stderr } = await doctor(['postgres', '--json', '--top', '3']);
    const report = JSON.parse(stdout) as {
      examinations: { check: string; unknown?: string }[];
      statements: { id: string }[];
    };
    expect(report.examinations).toHaveLength(15);
    expect(report.examinations.filter(({ unknown }) => unknown !== undefined)).toEqual([]);
    expect(report.statements).toHaveLength(3);
    expect(stderr).toBe('');
    expect(exitCode).toBe(2);
  });

  it('ends with 1 when the database cannot be reached, and shows no password', async () => {
    const url = 'postgres://me:hidden@127.0.0.1:1/x';
    const { exitCode, stdout, stderr } = await doctor(['postgres'], { url });
    expect(exitCode).toBe(1);
    expect(`${stdout}${stderr}`).not.toContain('hidden');
  });

  it.each([
    [['postgres', '--only', 'nonsense'], 'there are lock-waits'],
    [['postgres', '--top', '0'], 'from 1 to 1000'],
    [['postgres', '--timeout', '0'], 'from 1 to 3600000'],
    [['postgres', 'explain', 'SELECT $1', '--values', 'my secret'], 'It takes a JSON list'],
  ])('ends with 1 on %j', async (args, why) => {
    const { exitCode, stderr } = await doctor(args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(why);
  });
});

describe('npm run doctor -- postgres explain', () => {
  it('explains SQL, from standard input too, with its options behind it', async () => {
    const { exitCode, stdout } = await doctor(['postgres', 'explain', '-', '--json'], {
      input: 'SELECT * FROM halves WHERE n = 4711;\n',
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      statement: 'SELECT * FROM halves WHERE n = ?',
      hasRun: true,
      nodes: [{ step: 'Seq Scan on public.halves', rows: 0 }],
    });
    expect(stdout).not.toContain('4711');
  });

  it('explains a statement that is listed, by its id, with values and without', async () => {
    const client = await patient.client();
    await client.query('SELECT n AS listed FROM halves WHERE n = $1', [1]);
    const { stdout } = await doctor([
      'postgres',
      '--json',
      '--top',
      '1000',
      '--only',
      'statements',
    ]);
    const { statements } = JSON.parse(stdout) as { statements: { id: string; query: string }[] };
    const { id = '' } = statements.find(({ query }) => query.includes('listed')) ?? {};
    const generic = await doctor(['postgres', 'explain', id]);
    expect(generic.stdout).toContain('Planned for any values and not run');
    const run = await doctor(['postgres', 'explain', id.slice(0, 10), '--values', '[1]']);
    expect(run.stdout).toMatch(/Seq Scan on public.halves +2 /);
    expect(run.stdout).toContain('rolled back');
  });

  it('refuses what changes rows, with 1', async () => {
    const { exitCode, stderr } = await doctor(['postgres', 'explain', 'DELETE FROM halves']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('--allow-changes');
    expect(stderr).not.toContain('    at ');
  });
});
