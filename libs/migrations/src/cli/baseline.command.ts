import { onOneStore, withCommonOptions, type AddCommand } from './command.js';
import type { ExitCode } from './exit-code.js';
import { ledgerOutcome } from './ledger-report.js';
import { version, withMigrator, withRunOptions, type RunOptions } from './run-options.js';
import type { Terminal } from './terminal.js';

/** `baseline`: records without running. */
export const addBaseline: AddCommand = (program, perform) => {
  withRunOptions(withCommonOptions(program.command('baseline')))
    .description('record every file up to a version as applied, without running it')
    .argument('<version>', 'the last one that the store has already', version)
    .action(perform(baseline));
};

async function baseline(terminal: Terminal, last: number, options: RunOptions): Promise<ExitCode> {
  return onOneStore(terminal, options, async (target) =>
    withMigrator(target, terminal, options, async (migrator) =>
      ledgerOutcome(await migrator.baseline(last), target.store.address),
    ),
  );
}
