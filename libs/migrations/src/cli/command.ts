import { Option, type Command } from 'commander';
import pc from 'picocolors';
import type { MigrationStore } from '../migration-store.js';
import {
  MigrationError,
  MigrationHistoryError,
  MigrationOptionsError,
} from '../migrations.errors.js';
import { reasonOf } from '../store-failure.js';
import { EXIT_CODES_HELP, exitCodeOf, worstOf, type ExitCode } from './exit-code.js';
import {
  openStores,
  STORE_NAMES,
  storesWithFolder,
  type StoreName,
  type StoreWithDirectory,
} from './stores.js';
import { writeLine, type Terminal } from './terminal.js';

/** Makes an action for the command line of what a command does. */
export type Perform = <Args extends readonly unknown[]>(
  work: (terminal: Terminal, ...args: Args) => Promise<ExitCode>,
) => (...args: Args) => Promise<void>;

/** One command: a file each, listed in `program.ts`. Adds itself with its arguments and options. */
export type AddCommand = (program: Command, perform: Perform) => void;

/** Options that every command on stores takes. */
export interface CommandOptions {
  readonly store?: StoreName;
  readonly directory: string;
  readonly json?: boolean;
}

/** Adds the options of `CommandOptions`, and the exit codes to its help. */
export function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--store <store>', 'only this store').choices(STORE_NAMES))
    .option('--directory <path>', 'folder with a folder of migrations for each store', 'migrations')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXIT_CODES_HELP);
}

/** What a command found or did in one store: for people, for programs, and for the shell. */
export interface Outcome {
  readonly lines: readonly string[];
  readonly json: object;
  readonly exitCode: ExitCode;
}

type Work = (target: StoreWithDirectory) => Promise<Outcome>;

/** Runs the work on each store at the same time, shows what came of it, and closes the stores. */
export async function onEachStore(
  terminal: Terminal,
  options: CommandOptions,
  work: Work,
): Promise<ExitCode> {
  const targets = openStores(options.directory, options.store, terminal.env);
  const outcomes = await Promise.all(targets.map(async (target) => outcomeOf(target, work)));
  if (options.json) {
    const stores = outcomes.map(({ json }) => json);
    writeLine(terminal.out, JSON.stringify({ stores }, null, 2));
  }
  for (const { lines, failed } of outcomes) {
    if (options.json && !failed) continue;
    for (const line of lines) writeLine(failed ? terminal.err : terminal.out, line);
  }
  return worstOf(outcomes.map(({ exitCode }) => exitCode));
}

/**
 * The same for what names versions, which each store has of its own.
 * @throws MigrationOptionsError if there are several stores, and none is named
 */
export async function onOneStore(
  terminal: Terminal,
  options: CommandOptions,
  work: Work,
): Promise<ExitCode> {
  return onEachStore(terminal, { ...options, store: options.store ?? onlyStore(options) }, work);
}

function onlyStore({ directory }: CommandOptions): StoreName {
  const names = storesWithFolder(directory);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new MigrationOptionsError(`--store: needed here; takes ${names.join(' or ')}`);
}

async function outcomeOf(
  target: StoreWithDirectory,
  work: Work,
): Promise<Outcome & { failed: boolean }> {
  try {
    return { ...(await work(target)), failed: false };
  } catch (error) {
    return { ...failure(target.store, error), failed: true };
  } finally {
    await target.store.close();
  }
}

function failure({ name, address }: MigrationStore, error: unknown): Outcome {
  const code = error instanceof MigrationError ? error.code : 'UNEXPECTED';
  const problems = error instanceof MigrationHistoryError ? { problems: error.problems } : {};
  return {
    lines: errorLines(error),
    json: { store: name, address, error: { code, message: messageOf(error), ...problems } },
    exitCode: exitCodeOf(error),
  };
}

/** What a person reads of an error: its message, never a stack trace. */
export function errorLines(error: unknown): string[] {
  return messageOf(error)
    .split('\n')
    .map((line) => `${pc.red('error:')} ${line}`);
}

function messageOf(error: unknown): string {
  return error instanceof MigrationError ? error.message : reasonOf(error);
}
