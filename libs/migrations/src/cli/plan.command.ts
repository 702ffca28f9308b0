import pc from 'picocolors';
import { describeProblem } from '../history-problem.js';
import { labelOf } from '../migration-file.js';
import type { PlannedMigration, PlanReport } from '../operations/plan.operation.js';
import { onEachStore, withCommonOptions, type AddCommand, type Outcome } from './command.js';
import { ExitCode } from './exit-code.js';
import { version, withMigrator, withRunOptions, type RunOptions } from './run-options.js';
import type { Terminal } from './terminal.js';

interface PlanOptions extends RunOptions {
  readonly to?: number;
  /** False with `--no-try`. */
  readonly try: boolean;
}

/** `plan`: shows what `up` would run, and tries it out. */
export const addPlan: AddCommand = (program, perform) => {
  withRunOptions(withCommonOptions(program.command('plan')))
    .description('show what "up" would run; PostgreSQL tries it in a transaction and takes it back')
    .option('--to <version>', 'the last one to look at', version)
    .option('--no-try', 'only show it: trying holds the locks of the migrations for as long')
    .action(perform(plan));
};

async function plan(terminal: Terminal, options: PlanOptions): Promise<ExitCode> {
  return onEachStore(terminal, options, async (target) =>
    withMigrator(target, terminal, options, async (migrator) => {
      const { signal } = terminal;
      const report = await migrator.plan({ to: options.to, tryOut: options.try, signal });
      const { address } = target.store;
      return { lines: lines(report, address), json: json(report, address), exitCode: code(report) };
    }),
  );
}

function code({ migrations, problems }: PlanReport): Outcome['exitCode'] {
  const failed = migrations.some(({ rehearsal }) => rehearsal?.outcome === 'failed');
  const refused = problems.length > 0 && migrations.length === 0;
  return failed || refused ? ExitCode.failed : ExitCode.done;
}

function lines({ store, migrations, problems }: PlanReport, address: string): string[] {
  const count = migrations.length === 0 ? 'nothing to run' : `${migrations.length} to run`;
  return [
    ...migrations.flatMap((migration) => [
      pc.bold(`-- ${store}: ${migration.file.fileName}${traits(migration)}`),
      migration.upText.trimEnd(),
      `-- ${result(migration)}`,
      '',
    ]),
    ...problems.map((problem) => `${pc.red('✗')} ${describeProblem(problem)}`),
    `${pc.bold(store)} ${pc.dim(address)}: ${count}`,
  ];
}

function traits({ breaking, transactional }: PlannedMigration): string {
  return [breaking ? ', breaking' : '', transactional ? ', in one transaction' : ''].join('');
}

function result({ rehearsal }: PlannedMigration): string {
  if (rehearsal === undefined) return 'not tried';
  const { outcome, durationMs, reason } = rehearsal;
  if (outcome === 'tried') return `${pc.green('✓')} tried in ${Math.round(durationMs ?? 0)} ms`;
  return outcome === 'shown' ? `not tried: ${reason}` : `${pc.red('✗')} ${reason}`;
}

function json({ store, migrations, problems }: PlanReport, address: string): object {
  return {
    store,
    address,
    migrations: migrations.map(
      ({ file, upText, breaking, transactional, reversible, rehearsal }) => ({
        migration: labelOf(file),
        breaking,
        transactional,
        reversible,
        text: upText,
        outcome: rehearsal?.outcome ?? 'shown',
        durationMs: rehearsal?.durationMs,
        reason: rehearsal?.reason,
      }),
    ),
    problems: problems.map((problem) => ({ ...problem, message: describeProblem(problem) })),
  };
}
