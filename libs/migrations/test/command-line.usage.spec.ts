import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CommandLine } from './command-line.js';
import { TestDirectory } from './directory.js';

describe('the command line', () => {
  it.each([
    [
      ['up', '--store', 'oracle'],
      /argument 'oracle' is invalid. Allowed choices are postgres, mongo/,
    ],
    [['up', '--lock-wait', 'long'], /argument 'long' is invalid. It takes a number of seconds/],
    [
      ['up', '--directory', '/no/such'],
      /^error: --directory: \/no\/such has no folder of migrations/,
    ],
    [['up', '--store', 'mongo'], /^error: MONGODB_URL: not set; takes the address of mongo/],
    [['up', '--store', 'postgres'], /^error: DATABASE_URL: not a PostgreSQL URL; takes postgres:/],
    [['up', '--policy', 'gap=maybe'], /It takes one of missing_file, .* and one of refuse/],
    [['up', '--to', 'yesterday'], /It takes a version: 7, 0007 or 0007_likes/],
    [['new', 'postgres', 'Add-Likes'], /^error: name: got "Add-Likes"; takes lower-case words/],
    [['repair'], /missing required argument 'versions'/],
    [['sideways'], /unknown command 'sideways'/],
  ])('ends with 2 on %j', async (args, message) => {
    const { code, err } = await new CommandLine(args, { DATABASE_URL: 'u:s3cret@h' }).ended;
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/s3cret|\n +at /);
  });

  it('asks for the store where versions are named and there are several', async () => {
    using directory = new TestDirectory();
    mkdirSync(directory.file('postgres'));
    mkdirSync(directory.file('mongo'));
    const args = ['down', '--directory', directory.path];
    await expect(new CommandLine(args, {}).ended).resolves.toMatchObject({
      code: 2,
      err: 'error: --store: needed here; takes postgres or mongo\n',
    });
  });

  it('begins a file with the next number, and never writes over one', async () => {
    using directory = new TestDirectory();
    mkdirSync(directory.file('postgres'));
    writeFileSync(path.join(directory.file('postgres'), '0007_a.sql'), '');
    const begin = async (...args: string[]) =>
      new CommandLine(['new', ...args, '--directory', directory.path], {}).ended;
    const { code, out } = await begin('postgres', 'add_index_posts_author_id');
    expect([code, out]).toEqual([
      0,
      `${path.join(directory.file('postgres'), '0008_add_index_posts_author_id.sql')}\n`,
    ]);
    expect(readFileSync(out.trim(), 'utf8')).toContain(
      'CREATE INDEX CONCURRENTLY posts_author_id_idx ON posts (author_id);',
    );
    const second = await begin('mongo', 'create_collection_notes', '--json');
    expect(JSON.parse(second.out)).toEqual({
      file: path.join(directory.file('mongo'), '0001_create_collection_notes.ts'),
    });
  });

  it('explains itself and its exit codes', async () => {
    const { code, out } = await new CommandLine(['up', '--help'], {}).ended;
    expect(code).toBe(0);
    expect(out).toContain('--lock-wait <seconds>');
    expect(out).toContain('3    a store cannot be reached');
  });
});
