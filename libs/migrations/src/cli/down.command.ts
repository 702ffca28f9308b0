import pc from 'picocolors';
import { labelOf } from '../migration-file.js';
import { MigrationOptionsError } from '../migrations.errors.js';
import type { DownReport } from '../operations/down.operation.js';
import { onOneStore, withCommonOptions, type AddCommand, type Outcome } from './command.js';
import { ExitCode } from './exit-code.js';
import { version, withMigrator, withRunOptions, type RunOptions } from './run-options.js';
import type { Terminal } from './terminal.js';

interface DownOptions extends RunOptions {
  readonly to?: number;
  readonly yes?: boolean;
}

/** `down`: takes back what has a down part. */
export const addDown: AddCommand = (program, perform) => {
  withRunOptions(withCommonOptions(program.command('down')))
    .description('revert the newest migration, or all above a version; asks before it does')
    .option('--to <version>', 'the last one to keep; 0 reverts all', version)
    .option('--yes', 'do not ask')
    .action(perform(down));
};

async function down(terminal: Terminal, options: DownOptions): Promise<ExitCode> {
  return onOneStore(terminal, options, async (target) =>
    withMigrator(target, terminal, options, async (migrator) => {
      const { name, address } = target.store;
      const labels = await migrator.reversible({ to: options.to });
      if (labels.length > 0) {
        await confirm(terminal, options, `Revert ${labels.join(', ')} on ${name} ${address}?`);
      }
      const { signal } = terminal;
      return outcome(await migrator.down({ to: options.to, exactly: labels, signal }), address);
    }),
  );
}

async function confirm(terminal: Terminal, { yes }: DownOptions, question: string): Promise<void> {
  if (yes) return;
  if (terminal.confirm === undefined) {
    throw new MigrationOptionsError(`${question} Confirm by --yes; there is nobody to ask`);
  }
  if (!(await terminal.confirm(question))) throw new MigrationOptionsError('nothing was reverted');
}

function outcome({ store, reverted, total }: DownReport, address: string): Outcome {
  const done = reverted.length === 0 ? 'nothing to revert' : `${reverted.length} reverted`;
  return {
    lines: [`${pc.green('✓')} ${store} ${pc.dim(address)}: ${done}, ${total} in all`],
    json: { store, address, reverted: reverted.map(labelOf), total },
    exitCode: ExitCode.done,
  };
}
