import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Argument } from 'commander';
import { formatVersion, parseFileName } from '../migration-file.js';
import { MigrationOptionsError } from '../migrations.errors.js';
import type { AddCommand } from './command.js';
import { ExitCode } from './exit-code.js';
import { STORE_NAMES, templateFor, type StoreName } from './stores.js';
import { writeLine, type Terminal } from './terminal.js';

interface NewOptions {
  readonly directory: string;
  readonly json?: boolean;
}

/** `new`: begins a file with the next number. */
export const addNew: AddCommand = (program, perform) => {
  program
    .command('new')
    .description('begin a migration: a file with the next free number')
    .addArgument(new Argument('<store>', 'for which store').choices(STORE_NAMES))
    .argument(
      '<name>',
      'what it does: add_index_posts_title, create_table_notes, add_column_notes_title, drop_table_notes, …',
    )
    .option('--directory <path>', 'folder with a folder of migrations for each store', 'migrations')
    .option('--json', 'print one JSON document')
    .action(perform(begin));
};

async function begin(
  terminal: Terminal,
  store: StoreName,
  name: string,
  options: NewOptions,
): Promise<ExitCode> {
  if (parseFileName(`0001_${name}`) === undefined) {
    throw new MigrationOptionsError(
      `name: got "${name}"; takes lower-case words joined by "_": add_likes`,
    );
  }
  const folder = path.join(options.directory, store);
  mkdirSync(folder, { recursive: true });
  const { extension, text } = templateFor(store, name);
  const file = path.join(folder, `${formatVersion(nextVersion(folder))}_${name}${extension}`);
  // Never over a file that came up meanwhile.
  writeFileSync(file, text, { flag: 'wx' });
  writeLine(terminal.out, options.json ? JSON.stringify({ file }, null, 2) : file);
  return Promise.resolve(ExitCode.done);
}

function nextVersion(folder: string): number {
  const versions = readdirSync(folder).map((name) => parseFileName(name)?.version ?? 0);
  return Math.max(0, ...versions) + 1;
}
