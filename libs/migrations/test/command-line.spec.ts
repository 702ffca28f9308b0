import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Migrator } from '../src/index.js';
import { CommandLine } from './command-line.js';
import type { TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { mongoUnderTest } from './mongo-under-test.js';
import { postgresUnderTest } from './postgres-under-test.js';
import { waitUntil } from './wait-until.js';

/** Ten processes compile the sources at the same time, on whatever machine this is. */
const MANY_PROCESSES_MS = 300_000;

describe.each([postgresUnderTest, mongoUnderTest])('the command line on $name', (kind) => {
  const { extension, text } = kind;
  let database: TestDatabase;
  let directory: TestDirectory;
  const started: CommandLine[] = [];

  beforeEach(async () => {
    database = await kind.create();
    directory = new TestDirectory();
    mkdirSync(directory.file(kind.name));
  });
  afterEach(async () => {
    for (const { process } of started.splice(0)) process.kill('SIGKILL');
    directory[Symbol.dispose]();
    await database.drop();
  });

  const write = (name: string, content: string) =>
    writeFileSync(path.join(directory.path, kind.name, name + extension), content);
  const start = (...args: string[]) => {
    const env = { [kind.variable]: database.url };
    const cli = new CommandLine([...args, '--directory', directory.path], env);
    started.push(cli);
    return cli;
  };
  const run = async (...args: string[]) => start(...args).ended;

  it(
    'applies each file once though ten processes start at once',
    async () => {
      for (const number of [1, 2, 3, 4, 5])
        write(`000${number}_m${number}`, text.writes(`m${number}`));
      const ends = await Promise.all(Array.from({ length: 10 }, async () => run('up', '--json')));
      expect(ends.map(({ code, err }) => [code, err])).toEqual(
        Array.from({ length: 10 }, () => [0, '']),
      );
      expect(await database.journal()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    },
    MANY_PROCESSES_MS,
  );

  it(
    'converges after a runner was killed in the middle of a migration',
    async () => {
      write('0001_one', text.writes('one'));
      write('0002_two', text.waitsForGate('two'));
      write('0003_three', text.writes('three'));
      const killed = start('up');
      await waitUntil(() => killed.out.includes('0001_one applied'));
      if (kind.keepsHalves) {
        await waitUntil(async () => (await database.journal()).includes('two begun'));
      }
      killed.process.kill('SIGKILL');
      await killed.ended;
      await database.openGate();

      const again = new Migrator({
        store: database.open(),
        directory: path.join(directory.path, kind.name),
      });
      const { applied, total } = await again.up();
      expect([applied.map(({ name }) => name), total]).toEqual([['two', 'three'], 3]);
      const journal = await database.journal();
      expect(journal.filter((entry) => !entry.endsWith('begun'))).toEqual(['one', 'two', 'three']);
      expect(journal.filter((entry) => entry === 'two begun')).toHaveLength(
        kind.keepsHalves ? 2 : 1,
      );
      expect((await again.status()).migrations.map(({ state }) => state)).toEqual([
        'applied',
        'applied',
        'applied',
      ]);
    },
    MANY_PROCESSES_MS,
  );

  it('ends with 130 on SIGTERM, and the next run goes on', async () => {
    write('0001_one', text.waitsForGate('one'));
    const stopped = start('up');
    const isRunning = async () => (await database.open().lockHolder()) !== undefined;
    await waitUntil(isRunning);
    stopped.process.kill('SIGTERM');
    const { code, err } = await stopped.ended;
    expect([code, err]).toEqual([130, expect.stringMatching(/^error: stopped before all/)]);
    await database.openGate();
    await expect(run('up')).resolves.toMatchObject({ code: 0 });
  });

  it('shows states in a table, and tells pending ones by the exit code when asked to', async () => {
    write('0001_one', text.writes('one'));
    await run('up', '--app-version', '4.5.6');
    write('0002_two', text.writes('two'));
    const { code, out, err } = await run('status');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /0001 +one +applied +\d{4}-\d\d-\d\dT[\d:]+Z +\d+ ms +\S+@\S+:\d+ +4\.5\.6\n/,
    );
    expect(out).toMatch(/0002 +two +pending\n/);
    await expect(run('status', '--check')).resolves.toMatchObject({ code: 4 });
    await run('up');
    await expect(run('status', '--check')).resolves.toMatchObject({ code: 0 });
  });

  it('prints one JSON document', async () => {
    write('0001_one', text.writes('one'));
    const up = JSON.parse((await run('up', '--json')).out) as unknown;
    expect(up).toEqual({
      stores: [
        {
          store: kind.name,
          address: expect.any(String),
          applied: [{ migration: '0001_one', durationMs: expect.any(Number) }],
          total: 1,
        },
      ],
    });
    write('0001_one', text.writes('other'));
    const { code, out } = await run('status', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      stores: [
        {
          migrations: [{ migration: '0001_one', state: 'applied' }],
          problems: [{ kind: 'modified', message: expect.stringContaining('modified') }],
        },
      ],
    });
  });

  it('reverts only what was confirmed', async () => {
    write('0001_one', text.reversible('one'));
    await run('up');
    const unconfirmed = await run('down');
    expect(unconfirmed.code).toBe(2);
    expect(unconfirmed.err).toMatch(/^error: Revert 0001_one on \w+ .+\? Confirm by --yes/);
    expect(await database.journal()).toEqual(['one']);
    const { code, out } = await run('down', '--yes', '--json');
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { stores: [{ store: kind.name, reverted: ['0001_one'], total: 0 }] },
    ]);
    expect(await database.journal()).toEqual(['one', 'one reverted']);
    await expect(run('down', '--yes')).resolves.toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing to revert, 0 in all'),
    });
  });

  it('ends with 1 when nothing can be reverted, and names what has no down part', async () => {
    write('0001_one', text.writes('one'));
    await run('up');
    await expect(run('down', '--yes')).resolves.toEqual({
      code: 1,
      out: '',
      err: `error: ${kind.name}: 0001_one cannot be reverted: no down part; nothing was reverted\n`,
    });
  });

  it('plans: shows the text of what would run, and runs nothing', async () => {
    write('0001_one', text.writes('one'));
    write('0002_two', text.reversible('two'));
    const { code, out } = await run('plan', '--no-try');
    expect([code, out]).toEqual([0, expect.stringContaining(text.writes('one').trimEnd())]);
    expect(out).toMatch(/2 to run\n$/);
    const { out: json } = await run('plan', '--json');
    expect(JSON.parse(json)).toMatchObject({
      stores: [{ migrations: [{ text: text.writes('one') }, { migration: '0002_two' }] }],
    });
    // A program is one piece; of SQL, what `down` runs stands apart.
    const shown = [out, json].map((plan) => plan.includes('two reverted'));
    expect(shown).toEqual(kind.name === 'mongo' ? [true, true] : [false, false]);
    expect(await database.journal()).toEqual([]);
  });

  it('records a baseline, and repairs on purpose, showing before and after', async () => {
    write('0001_one', text.writes('one'));
    write('0002_two', text.writes('two'));
    const baseline = await run('baseline', '0001_one');
    expect(baseline).toMatchObject({ code: 0, out: expect.stringMatching(/before: not there/) });
    await run('up', '--to', '2');
    expect(await database.journal()).toEqual(['two']);
    write('0001_one', text.writes('other'));
    const { code, out } = await run('repair', '1');
    expect(code).toBe(0);
    const [before, after] = [...out.matchAll(/checksum (?<sum>[0-9a-f]{64})/g)];
    expect(before?.groups?.['sum']).not.toBe(after?.groups?.['sum']);
    await expect(run('up')).resolves.toMatchObject({ code: 0 });
  });

  it('goes on with a problem as its policy says', async () => {
    write('0001_one', text.writes('one'));
    write('0003_three', text.writes('three'));
    await expect(run('up')).resolves.toMatchObject({ code: 1 });
    const { code, err } = await run('up', '--policy', 'gap=warn', '--policy', 'missing_file=warn');
    expect([code, err]).toEqual([0, expect.stringMatching(/^warning: .*version 0002 is missing/)]);
  });

  it('says in one line what failed, and ends with 1', async () => {
    write('0001_one', text.failsWithoutGate('one', 'not today'));
    const { code, err } = await run('up');
    expect(code).toBe(1);
    expect(err).toMatch(
      new RegExp(`^error: ${kind.name}: 0001_one\\${extension}: .*not today.*\n$`),
    );
  });

  it('says in one line, without the password, that the store cannot be reached, and ends with 3', async () => {
    write('0001_one', text.writes('one'));
    const url = `${kind.name === 'mongo' ? 'mongodb' : 'postgres'}://me:s3cret@127.0.0.1:1/app`;
    const args = ['up', '--directory', directory.path];
    const { code, err } = await new CommandLine(args, { [kind.variable]: url }).ended;
    expect(code).toBe(3);
    expect(err).toMatch(/^error: \w+: cannot reach 127\.0\.0\.1:1\/app: .*ECONNREFUSED.*\n$/);
  });
});
