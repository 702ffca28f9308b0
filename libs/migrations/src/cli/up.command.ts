import pc from 'picocolors';
import { labelOf } from '../migration-file.js';
import type { UpReport } from '../operations/up.operation.js';
import { onEachStore, withCommonOptions, type AddCommand, type Outcome } from './command.js';
import { ExitCode } from './exit-code.js';
import { version, withMigrator, withRunOptions, type RunOptions } from './run-options.js';
import type { Terminal } from './terminal.js';

interface UpOptions extends RunOptions {
  readonly to?: number;
}

/** `up`: applies what is pending. */
export const addUp: AddCommand = (program, perform) => {
  withRunOptions(withCommonOptions(program.command('up')))
    .description('apply every pending migration; safe to run many times at once')
    .option('--to <version>', 'the last one to apply', version)
    .action(perform(up));
};

async function up(terminal: Terminal, options: UpOptions): Promise<ExitCode> {
  return onEachStore(terminal, options, async (target) =>
    withMigrator(target, terminal, options, async (migrator) => {
      const report = await migrator.up({ to: options.to, signal: terminal.signal });
      return outcome(report, target.store.address);
    }),
  );
}

function outcome(report: UpReport, address: string): Outcome {
  const { store, applied, total } = report;
  const done = applied.length === 0 ? 'up to date' : `${applied.length} applied`;
  return {
    lines: [`${pc.green('✓')} ${store} ${pc.dim(address)}: ${done}, ${total} in all`],
    json: {
      store,
      address,
      applied: applied.map((entry) => ({
        migration: labelOf(entry),
        durationMs: entry.durationMs,
      })),
      total,
    },
    exitCode: ExitCode.done,
  };
}
