import pc from 'picocolors';
import type { MigrationStore } from '../migration-store.js';
import { MigrationError, MigrationHistoryError } from '../migrations.errors.js';
import { reasonOf } from '../store-failure.js';
import { exitCodeOf, worstOf, type ExitCode } from './exit-code.js';
import { openStores, type StoreName, type StoreWithDirectory } from './stores.js';
import { writeLine, type Terminal } from './terminal.js';

/** Options that every command takes. */
export interface CommandOptions {
  readonly store?: StoreName;
  readonly directory: string;
  readonly json?: boolean;
}

/** What a command found or did in one store: for people, for programs, and for the shell. */
export interface Outcome {
  readonly lines: readonly string[];
  readonly json: object;
  readonly exitCode: ExitCode;
}

/** Runs the work on each store at the same time, shows what came of it, and closes the stores. */
export async function onEachStore(
  terminal: Terminal,
  options: CommandOptions,
  work: (target: StoreWithDirectory) => Promise<Outcome>,
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

async function outcomeOf(
  target: StoreWithDirectory,
  work: (target: StoreWithDirectory) => Promise<Outcome>,
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
