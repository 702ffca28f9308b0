import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { checksumOf } from './checksum.js';
import type { HistoryProblem } from './history-problem.js';
import { parseFileName, type MigrationFile } from './migration-file.js';
import { MigrationDirectoryError } from './migrations.errors.js';
import { reasonOf } from './store-failure.js';

/** A checked-in picture of the schema may stand beside the migrations that lead to it. */
const NOT_A_MIGRATION = new Set(['schema.sql']);

/** Some milliseconds of work. */
const FILES_A_TURN = 100;
const BYTE_ORDER_MARK = '\uFEFF';

/** The files of one directory, and what is wrong with their names and numbers. */
export interface MigrationDirectory {
  /** By version, ascending. */
  readonly files: readonly MigrationFile[];
  readonly problems: readonly HistoryProblem[];
}

/**
 * Reads every migration of a directory. Files with other extensions and folders are left alone.
 * @throws MigrationDirectoryError if the directory cannot be read or holds no migration
 */
export async function readMigrationDirectory(
  directory: string,
  extensions: readonly string[],
): Promise<MigrationDirectory> {
  const fileNames = (await fileNamesOf(directory)).filter((name) => isMigration(name, extensions));
  if (fileNames.length === 0) {
    throw new MigrationDirectoryError(
      `${directory}: no migration there (*${extensions.join(', *')})`,
    );
  }
  const absolute = path.resolve(directory);
  const named = fileNames.map((fileName) => ({ fileName, parsed: parseFileName(fileName) }));
  const found = named
    .flatMap(({ fileName, parsed }) => (parsed ? [{ fileName, ...parsed }] : []))
    .toSorted((a, b) => a.version - b.version || a.fileName.localeCompare(b.fileName));
  const files: MigrationFile[] = [];
  for (const file of found) {
    files.push(readMigration(absolute, file));
    // The store is asked for its ledger meanwhile, in several round trips: let those go on.
    if (files.length % FILES_A_TURN === 0) await nextTurn();
  }
  const badNames = named
    .filter(({ parsed }) => parsed === undefined)
    .map(({ fileName }): HistoryProblem => ({ kind: 'bad_name', fileName }));
  return { files, problems: [...badNames, ...duplicates(files)] };
}

async function fileNamesOf(directory: string): Promise<string[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  } catch (cause) {
    throw new MigrationDirectoryError(
      `cannot read the directory of migrations: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

function isMigration(fileName: string, extensions: readonly string[]): boolean {
  if (NOT_A_MIGRATION.has(fileName) || fileName.endsWith('.d.ts')) return false;
  return extensions.includes(path.extname(fileName));
}

/**
 * Read in one go: every start of every replica reads all files, and a thousand small ones cost a tenth
 * of what they cost through Node's thread pool.
 */
function readMigration(
  directory: string,
  file: Pick<MigrationFile, 'fileName' | 'version' | 'name'>,
): MigrationFile {
  const absolute = `${directory}${path.sep}${file.fileName}`;
  const read = readFileSync(absolute, 'utf8');
  const text = read.startsWith(BYTE_ORDER_MARK) ? read.slice(1) : read;
  return { ...file, path: absolute, text, checksum: checksumOf(text) };
}

function duplicates(files: readonly MigrationFile[]): HistoryProblem[] {
  return [...Map.groupBy(files, (file) => file.version)]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([version, sharing]) => ({
      kind: 'duplicate_version',
      version,
      fileNames: sharing.map((file) => file.fileName),
    }));
}
