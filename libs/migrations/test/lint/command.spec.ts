import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommandLine, HUNG_AFTER_MS, loader, project } from '../command-line.js';
import { TestDirectory } from '../directory.js';

describe('the command lint', () => {
  let directory: TestDirectory;
  beforeEach(() => {
    directory = new TestDirectory();
    mkdirSync(directory.file('postgres'));
    write('0001_a.sql', 'CREATE TABLE t (a int);');
  });
  afterEach(() => directory[Symbol.dispose]());

  const write = (name: string, text: string) =>
    writeFileSync(path.join(directory.path, 'postgres', name), text);
  const run = async (...args: string[]) =>
    new CommandLine(['lint', '--directory', directory.path, ...args], {}).ended;

  it('needs no database, and ends with 0 when it finds nothing', async () => {
    expect(await run()).toEqual({ code: 0, out: '✓ 1 file: nothing found\n', err: '' });
  });

  it('says where, why and what instead, and ends with 1', async () => {
    write('0002_b.sql', 'CREATE INDEX i ON t (a);');
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out).toMatch(
      /postgres\/0002_b\.sql:1:1 +index-without-concurrently +nobody can write to t/,
    );
    expect(out).toContain('CREATE INDEX CONCURRENTLY i ON t (a);');
    expect(out).toContain('✗ 2 files: 1 found');
    await expect(run('--from', '0001')).resolves.toMatchObject({ code: 0 });
  });

  it('prints one JSON document', async () => {
    write('0002_b.sql', '-- lint: accept drop-table because nobody reads it\nDROP TABLE t;');
    const { code, out } = await run('--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      files: 2,
      findings: [],
      accepted: [{ fileName: '0002_b.sql', rule: 'drop-table', because: 'nobody reads it' }],
    });
  });

  it.each([
    [['--from', 'x'], /argument 'x' is invalid. It takes/],
    [['--directory', '/no/such'], /^error: --directory: \/no\/such has no folder postgres/],
  ])('ends with 2 on %j', async (args, message) => {
    const { code, err } = await run(...args);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('keeps the parser out of programs that do not lint', async () => {
    const program = `
      import { createRequire } from 'node:module';
      const { lintMigrations } = await import('./src/index.ts');
      const { cache } = createRequire('${project}/package.json');
      const isLoaded = () => Object.keys(cache).some((name) => name.includes('libpg-query'));
      const before = isLoaded();
      await lintMigrations({ directory: ${JSON.stringify(directory.file('postgres'))} });
      process.stdout.write(JSON.stringify([before, isLoaded()]), () => process.exit());`;
    const args = ['--import', loader, '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: project,
      // One that hangs is killed, and the error shows what it wrote.
      timeout: HUNG_AFTER_MS,
      killSignal: 'SIGKILL',
    });
    expect(JSON.parse(stdout)).toEqual([false, true]);
  });
});
