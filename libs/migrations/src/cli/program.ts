import { Command, CommanderError } from 'commander';
import { addBaseline } from './baseline.command.js';
import { errorLines, type AddCommand } from './command.js';
import { addDown } from './down.command.js';
import { EXIT_CODES_HELP, ExitCode, exitCodeOf } from './exit-code.js';
import { addLint } from './lint.command.js';
import { addNew } from './new.command.js';
import { addPlan } from './plan.command.js';
import { addRepair } from './repair.command.js';
import { addStatus } from './status.command.js';
import { writeLine, type Terminal } from './terminal.js';
import { addUp } from './up.command.js';
import { addVerify } from './verify.command.js';

/** In the order of the help: each is a file of its own. */
const COMMANDS: readonly AddCommand[] = [
  addUp,
  addStatus,
  addPlan,
  addDown,
  addBaseline,
  addRepair,
  addLint,
  addVerify,
  addNew,
];

/** Runs the command line and resolves to its exit code; never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = ExitCode.done;
  const program = describeProgram(terminal);
  for (const add of COMMANDS) {
    add(program, (work) => async (...given) => {
      exitCode = await work(terminal, ...given);
    });
  }
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
