import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { ChildGroup } from '../processes/child-group.ts';
import { interruption } from '../processes/interruption.ts';
import { holdStores } from '../stores/client.ts';
import { testProfile, WORKSPACE } from '../stores/profile.ts';
import { Failure, runMain } from '../terminal/failure.ts';
import { closingLine, removeReports, summarise } from './summary.ts';

const GRACE_MS = 10_000;
const INTERRUPTED = 130;
const run = promisify(execFile);

const program = new Command('npm test --')
  .description("Runs the projects' tests through nx, on throw-away stores, and sums them.")
  .argument('[projects...]', 'users, content, locks, …; default: all')
  .option('--parallel <n>', 'projects at the same time', '2')
  .option('--fresh', 'run also what has not changed since it passed');

interface Options {
  readonly parallel: string;
  readonly fresh?: boolean;
}

async function main(): Promise<number> {
  program.parse();
  const { parallel, fresh } = program.opts<Options>();
  const projects = chosen(program.args, await testedProjects());
  removeReports(WORKSPACE, projects);
  const interrupted = interruption();
  // Asks for no store: each project's set-up does, if nx does not take it from its cache. Those
  // that one project has started are kept for the next.
  const stores = await holdStores({
    profile: testProfile(),
    stores: [],
    holder: `npm test (pid ${process.pid})`,
  });
  try {
    const args = ['run-many', '--targets=test', `--projects=${projects.join(',')}`];
    args.push(
      `--parallel=${parallel}`,
      '--output-style=stream',
      ...(fresh ? ['--skip-nx-cache'] : []),
    );
    const nx = new ChildGroup('nx', args, {
      cwd: WORKSPACE,
      stdio: 'inherit',
      env: nxEnvironment(),
    });
    const stop = () => void nx.stop(GRACE_MS);
    interrupted.addEventListener('abort', stop);
    if (interrupted.aborted) stop();
    const runnerStatus = await nx.ended;
    return interrupted.aborted ? INTERRUPTED : close(projects, runnerStatus);
  } finally {
    await stores.release();
  }
}

function close(projects: readonly string[], runnerStatus: number): number {
  const summary = summarise(WORKSPACE, { projects, runnerStatus });
  console.log();
  for (const mistake of summary.mistakes) console.log(mistake);
  console.log(closingLine(summary));
  return summary.failed > 0 ? 1 : 0;
}

async function testedProjects(): Promise<string[]> {
  const { stdout } = await run('nx', ['show', 'projects', '--with-target', 'test', '--json'], {
    cwd: WORKSPACE,
    env: nxEnvironment(),
  });
  return (JSON.parse(stdout) as string[]).toSorted();
}

function chosen(wanted: readonly string[], all: readonly string[]): readonly string[] {
  const unknown = wanted.filter((project) => !all.includes(project));
  if (unknown.length > 0) {
    throw new Failure(`No project ${unknown.join(', ')}; there are: ${all.join(', ')}.`);
  }
  return wanted.length > 0 ? wanted : all;
}

function nxEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NX_TUI: 'false', NX_DAEMON: 'false' };
}

await runMain(main);
