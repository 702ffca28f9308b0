import pc from 'picocolors';
import { describeProblem } from '../history-problem.js';
import { verifySchema, type VerifyReport } from '../verify/verify-schema.js';
import {
  onEachStore,
  withCommonOptions,
  type AddCommand,
  type CommandOptions,
  type Outcome,
} from './command.js';
import { ExitCode } from './exit-code.js';
import type { Terminal } from './terminal.js';

interface VerifyOptions extends CommandOptions {
  readonly fromNothing?: boolean;
  readonly ignore?: readonly string[];
  readonly write?: boolean;
}

/** `verify`: whether files, ledger, database and checked-in schema agree. */
export const addVerify: AddCommand = (program, perform) => {
  withCommonOptions(program.command('verify'))
    .description(
      'tell whether files, ledger, database and checked-in schema agree; applies nothing',
    )
    .option('--from-nothing', 'of an empty database that the files are applied to, then dropped')
    .option('--ignore <name...>', 'tables or collections to leave out; "*" stands for any text')
    .option('--write', 'write the schema down instead of comparing it')
    .action(perform(verify));
};

async function verify(terminal: Terminal, options: VerifyOptions): Promise<ExitCode> {
  return onEachStore(terminal, options, async ({ store, directory }) =>
    outcome(await verifySchema({ ...options, store, directory }), store.address),
  );
}

function outcome(report: VerifyReport, address: string): Outcome {
  const { store, problems, pending, drift, schemaFile, written } = report;
  const isRight = problems.length === 0 && pending.length === 0 && drift === undefined;
  const state = isRight ? (written ? `wrote ${schemaFile}` : 'no drift') : 'differs';
  return {
    lines: [
      `${isRight ? pc.green('✓') : pc.red('✗')} ${pc.bold(store)} ${pc.dim(address)}: ${state}`,
      ...problems.map((problem) => `  ${pc.red('✗')} ${describeProblem(problem)}`),
      ...pending.map((label) => `  ${pc.red('✗')} ${label} is not applied`),
      ...(drift === undefined ? [] : driftLines(drift, schemaFile)),
    ],
    json: {
      ...report,
      address,
      problems: problems.map((problem) => ({ ...problem, message: describeProblem(problem) })),
    },
    exitCode: isRight ? ExitCode.done : ExitCode.failed,
  };
}

function driftLines(drift: string, schemaFile: string): string[] {
  return [
    `  ${pc.red('✗')} the schema is not the one in ${schemaFile}; if it should be, run "verify --write"`,
    '    what is made by others, say partitions by the month, is left out by --ignore',
    ...drift.trimEnd().split('\n').map(coloured),
  ];
}

function coloured(line: string): string {
  if (line.startsWith('+')) return pc.green(line);
  return line.startsWith('-') ? pc.red(line) : line;
}
