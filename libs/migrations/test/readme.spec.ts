import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { Migrator } from '../src/index.js';
import { RULES } from '../src/lint/rules/index.js';
import { CommandLine, loader, project } from './command-line.js';
import type { TestDatabase } from './database.js';
import { TestDirectory } from './directory.js';
import { createMongo } from './mongo-under-test.js';
import { createPostgres } from './postgres-under-test.js';

/** The first code block of a language that has the text in it. */
function block(language: string, containing: string): string {
  const readme = readFileSync(path.join(project, 'README.md'), 'utf8');
  const blocks = readme.matchAll(/^```(?<language>\w+)\n(?<code>[\s\S]*?)^```/gm);
  const found = [...blocks].find(
    ({ groups }) => groups?.['language'] === language && groups['code']?.includes(containing),
  );
  return found?.groups?.['code'] ?? '';
}

/** As on a reader's machine: the package is installed, and `npx` finds its command. */
function installInto(directory: TestDirectory): void {
  symlinkSync(path.join(project, '../../node_modules'), directory.file('node_modules'));
  const cli = path.join(project, 'src/cli.ts');
  const npx = `#!/bin/sh\nshift\nexec ${process.execPath} --import ${loader} ${cli} "$@"\n`;
  writeFileSync(directory.file('npx'), npx, { mode: 0o755 });
}

describe('the README', () => {
  let database: TestDatabase;
  let directory: TestDirectory;

  beforeEach(async () => {
    database = await createPostgres();
    directory = new TestDirectory();
  });
  afterEach(async () => {
    directory[Symbol.dispose]();
    await database.drop();
  });

  it('starts with lines that work', async () => {
    installInto(directory);
    const script = block('sh', 'trilith-migrate up')
      .split('\n')
      .filter((line) => !/^npm install|^export DATABASE_URL/.test(line));
    expect(script.length).toBeGreaterThan(3);
    const env = {
      PATH: `${directory.path}:${process.env['PATH'] ?? ''}`,
      DATABASE_URL: database.url,
    };
    const options = { cwd: directory.path, env };
    const run = promisify(execFile);
    const { stdout } = await run('sh', ['-ec', script.join('\n')], options);
    expect(stdout).toContain('0001_notes applied');
    expect(stdout).toMatch(/0001 +notes +applied/);

    directory.write({ 'start.ts': block('ts', 'new Migrator') });
    const program = await run(process.execPath, ['--import', loader, 'start.ts'], options);
    expect(program.stdout).toBe('0 applied now, 1 in all\n');
  });

  it('shows a MongoDB migration that works, and does no harm when it is run again', async () => {
    directory.write({ '0001_notes.ts': block('ts', 'satisfies MongoMigration') });
    const mongo = await createMongo();
    await using client = new MongoClient(mongo.url);
    const notes = client.db().collection<{ _id: number; text: string; words?: number }>('notes');
    const ledger = client.db().collection<{ _id: number }>('schema_migrations');
    await notes.insertMany([
      { _id: 1, text: 'one two three' },
      { _id: 2, text: 'four' },
    ]);
    const subject = new Migrator({ store: mongo.open(), directory: directory.path });
    await subject.up();
    await ledger.deleteMany({});
    await subject.up();
    expect(await notes.find().sort({ _id: 1 }).toArray()).toMatchObject([
      { words: 3 },
      { words: 1 },
    ]);
    await mongo.drop();
  });

  it('shows helpers for MongoDB that do what it says, and an index that is built and reverted', async () => {
    directory.write({ '0001_posts.ts': block('ts', 'ensureCollection') });
    const mongo = await createMongo();
    await using client = new MongoClient(mongo.url);
    const posts = client.db().collection('posts');
    await posts.insertOne({ title: 'one two three' });
    await new Migrator({ store: mongo.open(), directory: directory.path }).up();
    expect(await posts.findOne()).toMatchObject({ words: 3 });
    await mongo.drop();

    using files = new TestDirectory({
      '0001_notes.sql': 'CREATE TABLE notes (author_id int);',
      '0002_index.sql': block('sql', 'notes_author_idx'),
    });
    const subject = new Migrator({ store: database.open(), directory: files.path });
    await expect(subject.up()).resolves.toMatchObject({ total: 2 });
    await expect(subject.down()).resolves.toMatchObject({ total: 1 });
  });

  it('names each command and each option of theirs', async () => {
    const readme = readFileSync(path.join(project, 'README.md'), 'utf8');
    const help = async (...args: string[]) =>
      (await new CommandLine([...args, '--help'], {}).ended).out;
    const commands = [...(await help()).matchAll(/^ {2}(?<name>[a-z]+) /gm)]
      .map(({ groups }) => groups?.['name'] ?? '')
      .filter((name) => name !== 'help');
    expect(commands.length).toBeGreaterThan(6);
    for (const command of commands) {
      expect(readme).toContain(`\`trilith-migrate ${command}`);
      const options = [...(await help(command)).matchAll(/^ {2}(?<option>--[a-z-]+)/gm)];
      for (const { groups } of options) expect(readme).toContain(`| \`${groups?.['option']}`);
    }
  }, 300_000);

  it('names every option of the stores with its default', () => {
    const readme = readFileSync(path.join(project, 'README.md'), 'utf8');
    const sources = ['postgres/postgres.options.ts', 'mongo/mongo.options.ts'].map((file) =>
      readFileSync(path.join(project, 'src', file), 'utf8'),
    );
    const defaults = sources.flatMap((source) => [
      ...source.matchAll(/^ {2}(?<name>\w+Ms): (?<value>[\d_]+),$/gm),
    ]);
    expect(defaults).toHaveLength(11);
    for (const { groups } of defaults) {
      const value = groups?.['value']?.replaceAll('_', ',');
      expect(readme).toMatch(new RegExp(`^\\| \`${groups?.['name']}\`.*\\b${value}\\b`, 'm'));
    }
  });

  it('names every rule of lint', () => {
    const readme = readFileSync(path.join(project, 'README.md'), 'utf8');
    expect(RULES.filter(({ id }) => !readme.includes(`\`${id}\``))).toEqual([]);
  });
});
