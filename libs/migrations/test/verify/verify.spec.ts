import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Migrator, postgresMigrationStore, verifySchema } from '../../src/index.js';
import { CommandLine } from '../command-line.js';
import type { TestDatabase } from '../database.js';
import { TestDirectory } from '../directory.js';
import { mongoUnderTest } from '../mongo-under-test.js';
import { postgresUnderTest } from '../postgres-under-test.js';

/** A table or collection with an index, and one more index. */
const TEXTS = {
  postgres: {
    first: 'CREATE TABLE t (a int); CREATE INDEX t_a ON t (a);\n',
    second: 'CREATE INDEX t_b ON t (a DESC);\n',
  },
  mongo: {
    first: `export default { async up({ db }) {
      await db.createCollection('t', { validator: { $jsonSchema: { required: ['a'] } } });
      await db.collection('t').createIndex({ a: 1 }, { name: 't_a', unique: true });
    } };`,
    second: `export default { async up({ db }) {
      await db.collection('t').createIndex({ b: -1, a: 1 }, { name: 't_b' });
    } };`,
  },
} as const;

describe.each([postgresUnderTest, mongoUnderTest])('verifySchema on $name', (kind) => {
  const texts = TEXTS[kind.name];
  let database: TestDatabase;
  let directory: TestDirectory;

  beforeEach(async () => {
    database = await kind.create();
    directory = new TestDirectory({ [`0001_a${kind.extension}`]: texts.first });
  });
  afterEach(async () => {
    directory[Symbol.dispose]();
    await database.drop();
  });

  const target = () => ({ store: database.open(), directory: directory.path });
  const ignore = ['journal', 'gate'];
  const verify = async (options: object = {}) => verifySchema({ ...target(), ignore, ...options });
  const up = async () => new Migrator(target()).up();

  it('writes the schema down, and finds no drift afterwards', async () => {
    await up();
    const written = await verify({ write: true });
    expect(written).toMatchObject({ written: true, drift: undefined, pending: [], problems: [] });
    expect(readFileSync(written.schemaFile, 'utf8')).toContain('t_a');
    expect(await verify({ write: true })).toMatchObject({ written: false, drift: undefined });
  });

  it('shows what the database has and the file has not as a diff', async () => {
    await up();
    await verify({ write: true });
    directory.write({ [`0002_b${kind.extension}`]: texts.second });
    await up();
    const { drift } = await verify();
    expect(drift).toMatch(/^\+.*t_b/m);
    expect(drift).not.toMatch(/^[-+].*t_a/m);
  });

  it('calls everything drift where no schema is checked in', async () => {
    await up();
    expect((await verify()).drift).toMatch(/^\+.*t_a/m);
  });

  it('names what is not applied and what is wrong, and writes nothing then', async () => {
    await up();
    directory.write({ [`0003_b${kind.extension}`]: texts.second });
    const report = await verify({ write: true });
    expect(report).toMatchObject({
      written: false,
      pending: ['0003_b'],
      problems: [{ kind: 'gap', version: 2 }],
      drift: expect.any(String),
    });
  });

  it('looks at what the files make of nothing, and leaves the store alone', async () => {
    const report = await verify({ fromNothing: true, write: true });
    expect(report).toMatchObject({ written: true, pending: [] });
    expect(await database.open().readLedger()).toEqual([]);
    await up();
    expect(await verify()).toMatchObject({ drift: undefined, pending: [], problems: [] });
  });

  it('is a command, whose exit code tells', async () => {
    mkdirSync(directory.file(kind.name));
    const file = (name: string) => directory.file(`${kind.name}/${name}`);
    writeFileSync(file(`0001_a${kind.extension}`), texts.first);
    const run = async (...args: string[]) =>
      new CommandLine(['verify', '--from-nothing', '--directory', directory.path, ...args], {
        [kind.variable]: database.url,
      }).ended;
    const first = await run();
    expect([first.code, first.out]).toEqual([1, expect.stringMatching(/^\+.*t_a/m)]);
    expect(await run('--write')).toMatchObject({ code: 0, out: expect.stringMatching(/wrote/) });
    const last = await run('--json');
    expect(last.code).toBe(0);
    expect(JSON.parse(last.out)).toMatchObject({ stores: [{ store: kind.name, pending: [] }] });
  });
});

describe('verifySchema on PostgreSQL', () => {
  it('needs an address, not a pool, to make a database of its own', async () => {
    const pool = { connect: () => Promise.reject(new Error('unused')) };
    const store = postgresMigrationStore({ pool: pool as never });
    await expect(store.openScratch()).rejects.toMatchObject({ code: 'MIGRATION_OPTIONS' });
  });
});
