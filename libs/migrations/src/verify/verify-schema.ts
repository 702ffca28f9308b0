import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HistoryProblem } from '../history-problem.js';
import { labelOf } from '../migration-file.js';
import { Migrator } from '../migrator.js';
import type { MigrationStore } from '../migration-store.js';
import { codeOf } from '../store-failure.js';

/** Options of `verifySchema`. */
export interface VerifyOptions {
  readonly store: MigrationStore;
  /** The folder that holds this store's migrations and, beside them, the checked-in schema. */
  readonly directory: string;
  /**
   * Whether to look at what the files make of an empty database, which is made on the same server and
   * dropped again, instead of at the store itself. Default: false.
   */
  readonly fromNothing?: boolean;
  /** Tables or collections to leave out, such as partitions that come and go; `*` is any text. */
  readonly ignore?: readonly string[];
  /** Whether to write the schema down instead of complaining that it differs. Default: false. */
  readonly write?: boolean;
}

/** What `verifySchema` found; nothing is wrong if all three are empty. */
export interface VerifyReport {
  readonly store: string;
  /** Of the files and the ledger. */
  readonly problems: readonly HistoryProblem[];
  /** Labels of migrations that were not applied. */
  readonly pending: readonly string[];
  /** The way from the checked-in schema to the one that is there, as a unified diff. */
  readonly drift: string | undefined;
  /** Path of the checked-in schema. */
  readonly schemaFile: string;
  /** Whether the file was written. */
  readonly written: boolean;
}

/**
 * Tells whether files, ledger, database and checked-in schema agree. Applies nothing to the store.
 * @throws StoreUnreachableError, StoreFailedError, MigrationDirectoryError; with `fromNothing` also
 * what `up` throws, and MigrationOptionsError if the store has no address
 */
export async function verifySchema(options: VerifyOptions): Promise<VerifyReport> {
  if (!options.fromNothing) return verifyStore(options);
  const store = await options.store.openScratch();
  try {
    await new Migrator({ store, directory: options.directory }).up();
    return await verifyStore({ ...options, store });
  } finally {
    await store.close();
  }
}

async function verifyStore(options: VerifyOptions): Promise<VerifyReport> {
  const { store, directory, ignore = [], write = false } = options;
  const { migrations, problems } = await new Migrator({ store, directory }).status();
  const pending = migrations.filter(({ state }) => state !== 'applied').map(labelOf);
  const schemaFile = path.join(directory, store.schemaFile);
  const [expected, found] = await Promise.all([
    readText(schemaFile),
    store.describeSchema({ ignore }),
  ]);
  const differs = expected !== found;
  // What is not the whole of the migrations is not to be written down as if it were.
  const written = write && differs && problems.length === 0 && pending.length === 0;
  if (written) await writeFile(schemaFile, found);
  const drift =
    differs && !written ? await unifiedDiff(schemaFile, expected ?? '', found) : undefined;
  return { store: store.name, problems, pending, drift, schemaFile, written };
}

/** With `\n` line ends, whatever git made of them; undefined if there is no such file. */
async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function unifiedDiff(file: string, expected: string, found: string): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  return createTwoFilesPatch(file, 'the database', expected, found, undefined, undefined, {
    context: 3,
  });
}
