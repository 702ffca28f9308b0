import { Command, InvalidArgumentError } from 'commander';
import colors from 'picocolors';
import { build } from '../platform/build.ts';
import { interruption } from '../processes/interruption.ts';
import { holdStores } from '../stores/client.ts';
import { scratchProfile } from '../stores/profile.ts';
import { Failure, runMain } from '../terminal/failure.ts';
import { AREAS } from './areas.ts';
import type { Area } from './frame/benchmark.ts';
import { AreaRun } from './frame/area-run.ts';
import type { Finding } from './frame/findings.ts';
import { writeReport } from './report/report.ts';

const LEAST_ROUNDS = 7;
const NAMES = AREAS.map(({ name }) => name);

const program = new Command('npm run bench --')
  .description(
    'Side-by-side benchmarks: the same payload on the same stores, by ours, by other packages and by\n' +
      `the bare driver, in turn. Areas: ${NAMES.join(', ')}. "report" draws docs/benchmarks.md.`,
  )
  .argument('[area...]', 'which areas; all of them when none is named; or "report"')
  .option('--rounds <n>', 'rounds that count for each contestant', wholeNumber, LEAST_ROUNDS)
  .option('--case <text>', 'only cases whose title contains this; writes no files')
  .option('--json', 'findings as JSON')
  .addHelpText(
    'after',
    '\nFindings are written to .reports/bench/<area>.json. A target may be missed: that is printed.' +
      '\nExit status: 0 when every case ran and was right, 1 otherwise, 130 after Ctrl-C.',
  );

interface Options {
  readonly rounds: number;
  readonly case?: string;
  readonly json?: boolean;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= LEAST_ROUNDS) return value;
  throw new InvalidArgumentError(`It takes a whole number from ${LEAST_ROUNDS}.`);
}

async function main(): Promise<number> {
  program.parse();
  if (program.args[0] === 'report') {
    console.log((await writeReport()).join('\n'));
    return 0;
  }
  const areas = chosen(program.args);
  const signal = interruption();
  const { rounds, case: title, json = false } = program.opts<Options>();
  if (!json) console.error(colors.dim('Building …'));
  await build(signal);
  const findings: Finding[] = [];
  let allRan = true;
  for (const area of areas) {
    const run = await measure(area, { rounds, title, json, signal });
    findings.push(...run.findings);
    allRan &&= run.failures === 0;
  }
  if (json) console.log(JSON.stringify(findings, null, 2));
  return allRan ? 0 : 1;
}

interface MeasureOptions {
  readonly rounds: number;
  readonly title?: string;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

async function measure(area: Area, { signal, ...options }: MeasureOptions): Promise<AreaRun> {
  const stores = await holdStores({
    profile: scratchProfile('bench'),
    stores: area.stores,
    holder: `npm run bench (pid ${process.pid})`,
    signal,
  });
  await using ends = new AsyncDisposableStack();
  ends.defer(async () => stores.release());
  const run = new AreaRun(area, options);
  const atEnd = (undo: () => Promise<unknown>) => ends.defer(async () => void (await undo()));
  await run.play({ env: stores.env, signal, atEnd });
  return run;
}

function chosen(names: readonly string[]): readonly Area[] {
  const unknown = names.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) {
    throw new Failure(`No area ${unknown.join(', ')}; there are: ${NAMES.join(', ')}.`);
  }
  return AREAS.filter(({ name }) => names.length === 0 || names.includes(name));
}

await runMain(main);
