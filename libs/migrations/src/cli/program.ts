import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { TOLERABLE_PROBLEMS } from '../history-problem.js';
import { errorLines } from './command.js';
import { EXIT_CODES_HELP, ExitCode, exitCodeOf } from './exit-code.js';
import { status, type StatusOptions } from './status.command.js';
import { STORE_NAMES } from './stores.js';
import { writeLine, type Terminal } from './terminal.js';
import { up, type UpOptions } from './up.command.js';

/** Runs the command line and resolves to its exit code; never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.done;
  const program = describeProgram(terminal);
  describeUp(program).action(async (options: UpOptions) => {
    exitCode = await up(terminal, options);
  });
  describeStatus(program).action(async (options: StatusOptions) => {
    exitCode = await status(terminal, options);
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has written its own message already.
    if (!(error instanceof CommanderError)) {
      for (const line of errorLines(error)) writeLine(terminal.err, line);
    }
    return exitCodeOf(error);
  }
}

function describeProgram({ out, err }: Terminal): Command {
  return new Command('trilith-migrate')
    .description(
      'Applies the migrations of <directory>/postgres and <directory>/mongo.\n' +
        'DATABASE_URL and MONGODB_URL in the environment say where the stores are.',
    )
    .addHelpText('after', EXIT_CODES_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void out.write(text),
      writeErr: (text) => void err.write(text),
    });
}

function describeUp(program: Command): Command {
  return withCommonOptions(program.command('up'))
    .description('apply every pending migration; safe to run many times at once')
    .option('--lock-wait <seconds>', 'how long to wait while another runner works', seconds, 300)
    .option('--app-version <version>', 'written to the ledger')
    .addOption(
      new Option('--tolerate <problem...>', 'warn of it and go on').choices(TOLERABLE_PROBLEMS),
    );
}

function describeStatus(program: Command): Command {
  return withCommonOptions(program.command('status'))
    .description('show every migration and what would keep "up" from running')
    .option('--check', 'exit with 4 if a migration is pending');
}

function withCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('--store <store>', 'only this store').choices(STORE_NAMES))
    .option('--directory <path>', 'folder with a folder of migrations for each store', 'migrations')
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXIT_CODES_HELP);
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 86_400) return value;
  throw new InvalidArgumentError('It takes a number of seconds above 0, up to 86400.');
}
