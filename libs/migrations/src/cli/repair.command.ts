import { Option } from 'commander';
import type { UnfinishedChoice } from '../operations/ledger.operations.js';
import { onOneStore, withCommonOptions, type AddCommand } from './command.js';
import type { ExitCode } from './exit-code.js';
import { ledgerOutcome } from './ledger-report.js';
import { versions, withMigrator, withRunOptions, type RunOptions } from './run-options.js';
import type { Terminal } from './terminal.js';

interface RepairOptions extends RunOptions {
  readonly unfinished?: UnfinishedChoice;
}

/** `repair`: settles by hand what no run may decide. */
export const addRepair: AddCommand = (program, perform) => {
  withRunOptions(withCommonOptions(program.command('repair')))
    .description('record the checksum of a file that was edited; settle what was not finished')
    .argument('<versions...>', 'what to settle', versions)
    .addOption(
      new Option(
        '--unfinished <what>',
        'one that was begun and not finished: "clear" it (never applied) or "keep" it (applied)',
      ).choices(['clear', 'keep'] satisfies UnfinishedChoice[]),
    )
    .action(perform(repair));
};

async function repair(
  terminal: Terminal,
  named: readonly number[],
  options: RepairOptions,
): Promise<ExitCode> {
  const { unfinished } = options;
  return onOneStore(terminal, options, async (target) =>
    withMigrator(target, terminal, options, async (migrator) =>
      ledgerOutcome(await migrator.repair(named, { unfinished }), target.store.address),
    ),
  );
}
