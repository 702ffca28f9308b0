import { InvalidArgumentError, Option, type Command } from 'commander';
import pc from 'picocolors';
import {
  PROBLEM_POLICIES,
  PROBLEMS_WITH_POLICY,
  type ProblemPolicies,
} from '../history-problem.js';
import { Migrator } from '../migrator.js';
import type { CommandOptions } from './command.js';
import { ProgressLine } from './progress-line.js';
import type { StoreWithDirectory } from './stores.js';
import { writeLine, type Terminal } from './terminal.js';

/** Options of commands that take the lock. */
export interface RunOptions extends CommandOptions {
  /** In seconds. */
  readonly lockWait: number;
  readonly appVersion?: string;
  readonly policy?: ProblemPolicies;
}

/** Adds the options of `RunOptions`. */
export function withRunOptions(command: Command): Command {
  return command
    .option('--lock-wait <seconds>', 'how long to wait while another runner works', seconds, 300)
    .option('--app-version <version>', 'written to the ledger')
    .addOption(
      new Option(
        '--policy <problem=action>',
        `what to do about a problem: ${PROBLEMS_WITH_POLICY.join(', ')}; ${PROBLEM_POLICIES.join(', ')}`,
      ).argParser(policy),
    );
}

/** Runs the work with a migrator that shows what it does. */
export async function withMigrator<T>(
  { store, directory }: StoreWithDirectory,
  terminal: Terminal,
  options: Partial<RunOptions> & CommandOptions,
  work: (migrator: Migrator) => Promise<T>,
): Promise<T> {
  const line = terminal.interactive && !options.json ? new ProgressLine(terminal.err) : undefined;
  const write = (stream: Terminal['out'], text: string) => {
    line?.clear();
    writeLine(stream, text);
  };
  const migrator = new Migrator({
    store,
    directory,
    logger: options.json
      ? undefined
      : {
          info: (message) => write(terminal.out, message),
          warn: (message) => write(terminal.err, `${pc.yellow('warning:')} ${message}`),
        },
    onProgress: line && ((progress) => line.show(progress)),
    lockWaitMs: options.lockWait === undefined ? undefined : Math.round(options.lockWait * 1_000),
    appVersion: options.appVersion,
    policies: options.policy,
  });
  try {
    return await work(migrator);
  } finally {
    line?.end();
  }
}

/** A version as a number or as files have it: `7`, `0007`, `0007_likes`. */
export function version(text: string): number {
  const digits = /^(?<version>\d+)(?:_[a-z0-9_]+)?$/.exec(text)?.groups?.['version'];
  const number = Number(digits);
  if (Number.isInteger(number) && number < 2 ** 31) return number;
  throw new InvalidArgumentError('It takes a version: 7, 0007 or 0007_likes.');
}

/** Several, as one argument after the other. */
export function versions(text: string, before: readonly number[] = []): number[] {
  return [...before, version(text)];
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('It takes a number of seconds above 0, up to 86400.');
}

function policy(text: string, before: ProblemPolicies = {}): ProblemPolicies {
  const [name = '', action = ''] = text.split('=');
  const kind = PROBLEMS_WITH_POLICY.find((each) => each === name);
  const found = PROBLEM_POLICIES.find((each) => each === action);
  if (kind && found) return { ...before, [kind]: found };
  throw new InvalidArgumentError(
    `It takes one of ${PROBLEMS_WITH_POLICY.join(', ')}, "=" and one of ${PROBLEM_POLICIES.join(', ')}.`,
  );
}
