import { type Command, InvalidArgumentError } from 'commander';

import { EXIT_CODES_HELP, type ExitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

/** What the description of a command needs. */
export interface CommandLine {
  /** What the command is added to. */
  readonly program: Command;
  readonly terminal: Terminal;
  /** Takes the exit code of the command. */
  readonly settle: (work: Promise<ExitCode>) => Promise<void>;
}

/** Options that every command takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('--prefix <prefix>', "as in the services' options", 'trilith')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXIT_CODES_HELP);
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 10_000) return value;
  throw new InvalidArgumentError('It takes a whole number from 1 to 10000.');
}
