import pc from 'picocolors';
import type { TolerableProblem } from '../history-problem.js';
import { labelOf } from '../migration-file.js';
import { Migrator, type UpReport } from '../migrator.js';
import type { MigrationLogger } from '../migration-logger.js';
import { onEachStore, type CommandOptions, type Outcome } from './command.js';
import { ExitCode } from './exit-code.js';
import { writeLine, type Terminal } from './terminal.js';

export interface UpOptions extends CommandOptions {
  /** In seconds. */
  readonly lockWait: number;
  readonly appVersion?: string;
  readonly tolerate?: readonly TolerableProblem[];
}

/** `up`: applies what is pending. */
export async function up(terminal: Terminal, options: UpOptions): Promise<ExitCode> {
  return onEachStore(terminal, options, async ({ store, directory }) => {
    const migrator = new Migrator({
      store,
      directory,
      logger: options.json ? undefined : lineLogger(terminal),
      lockWaitMs: Math.round(options.lockWait * 1_000),
      appVersion: options.appVersion,
      tolerate: options.tolerate,
    });
    return outcome(await migrator.up({ signal: terminal.signal }), store.address);
  });
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

function lineLogger({ out, err }: Terminal): MigrationLogger {
  return {
    info: (message) => writeLine(out, message),
    warn: (message) => writeLine(err, `${pc.yellow('warning:')} ${message}`),
  };
}
