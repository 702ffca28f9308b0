import pc from 'picocolors';
import { describeProblem } from '../history-problem.js';
import { formatVersion, labelOf } from '../migration-file.js';
import type { LedgerEntry } from '../migration-store.js';
import { Migrator } from '../migrator.js';
import type { MigrationStatus, StatusReport } from '../operations/status.operation.js';
import {
  onEachStore,
  withCommonOptions,
  type AddCommand,
  type CommandOptions,
  type Outcome,
} from './command.js';
import { ExitCode } from './exit-code.js';
import { columns, type Terminal } from './terminal.js';

interface StatusOptions extends CommandOptions {
  /** Whether pending migrations make the exit code tell so. */
  readonly check?: boolean;
}

/** `status`: shows each migration, and what would keep `up` from running. */
export const addStatus: AddCommand = (program, perform) => {
  withCommonOptions(program.command('status'))
    .description('show every migration and what would keep "up" from running')
    .option('--check', 'exit with 4 if a migration is pending')
    .action(perform(status));
};

async function status(terminal: Terminal, options: StatusOptions): Promise<ExitCode> {
  return onEachStore(terminal, options, async ({ store, directory }) => {
    const report = await new Migrator({ store, directory }).status();
    return {
      lines: lines(report, store.address),
      json: json(report, store.address),
      exitCode: exitCode(report, options.check ?? false),
    };
  });
}

function exitCode({ migrations, problems }: StatusReport, check: boolean): Outcome['exitCode'] {
  if (problems.length > 0) return ExitCode.failed;
  const current = migrations.every(({ state }) => state === 'applied');
  return check && !current ? ExitCode.pending : ExitCode.done;
}

function lines({ store, migrations, problems }: StatusReport, address: string): string[] {
  const header = ['version', 'name', 'state', 'executed at', 'took', 'by', 'app'].map((title) =>
    pc.dim(title),
  );
  return [
    `${pc.bold(store)} ${pc.dim(address)}`,
    ...columns([header, ...migrations.map(row)]).map((line) => `  ${line}`),
    ...problems.map((problem) => `  ${pc.red('✗')} ${describeProblem(problem)}`),
  ];
}

const colour = { applied: pc.green, started: pc.red, reverting: pc.red, pending: pc.yellow };

function row({ version, name, state, entry }: MigrationStatus): string[] {
  const ran = entry && [
    entry.executedAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    entry.durationMs === undefined ? '' : `${entry.durationMs} ms`,
    entry.executedBy,
    entry.appVersion ?? '',
  ];
  return [formatVersion(version), name, colour[state](describe(state, entry)), ...(ran ?? [])];
}

function describe(state: MigrationStatus['state'], entry: LedgerEntry | undefined): string {
  const breaking = entry?.breaking ? ', breaking' : '';
  const done = entry?.progress ? `, ${entry.progress.done} statements done` : '';
  return `${state}${done}${breaking}`;
}

function json({ store, migrations, problems }: StatusReport, address: string): object {
  return {
    store,
    address,
    migrations: migrations.map((migration) => ({
      migration: labelOf(migration),
      state: migration.state,
      breaking: migration.entry?.breaking,
      progress: migration.entry?.progress,
      checksum: migration.entry?.checksum,
      executedAt: migration.entry?.executedAt,
      durationMs: migration.entry?.durationMs,
      executedBy: migration.entry?.executedBy,
      appVersion: migration.entry?.appVersion,
    })),
    problems: problems.map((problem) => ({ ...problem, message: describeProblem(problem) })),
  };
}
