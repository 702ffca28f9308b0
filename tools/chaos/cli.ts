import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import colors from 'picocolors';
import { interruption } from '../processes/interruption.ts';
import { WORKSPACE } from '../stores/profile.ts';
import { Failure, runMain } from '../terminal/failure.ts';
import { table } from '../terminal/table.ts';
import { cacheExperiments } from './cache/experiments.ts';
import type { Experiment, Finding } from './experiment.ts';
import { noInputBreaksIt } from './input/no-input-breaks-it.ts';
import { locksExperiments } from './locks/experiments.ts';
import { messagingExperiments } from './messaging/experiments.ts';
import { migrationExperiments } from './migrations/experiments.ts';
import { everyActCounted } from './platform/every-act-counted.ts';
import { rateLimitExperiments } from './rate-limit/experiments.ts';

const EXPERIMENTS: readonly Experiment[] = [
  everyActCounted,
  noInputBreaksIt,
  ...messagingExperiments,
  ...migrationExperiments,
  ...locksExperiments,
  ...cacheExperiments,
  ...rateLimitExperiments,
];

const program = new Command('npm run chaos --')
  .description(
    'Fault experiments: each states a promise, breaks something on purpose, and counts in the stores\n' +
      'whether the promise was kept.',
  )
  .argument(
    '[which...]',
    'areas, or single experiments as area/name; all of them when none is named',
  )
  .option('--list', 'what there is, and run nothing')
  .option('--seed <n>', 'repeat the choices of an earlier run', wholeNumber)
  .option('--seconds <n>', 'how long each experiment goes on breaking things', wholeNumber, 60)
  .option('--events <n>', 'how many events are sent, where events are counted', wholeNumber)
  .option('--json', 'findings as JSON')
  .addHelpText('after', () => `\nExperiments:\n${list()}\n`)
  .addHelpText(
    'after',
    'Findings are written to .reports/chaos/<area>.json.\nExit status: 0 when every promise was kept, 1 otherwise, 130 after Ctrl-C.',
  );

interface Options {
  readonly seed?: number;
  readonly seconds: number;
  readonly events?: number;
  readonly json?: boolean;
  readonly list?: boolean;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('It takes a whole number from 1.');
  }
  return value;
}

async function main(): Promise<number> {
  program.parse();
  const { list: listOnly = false, ...options } = program.opts<Options>();
  if (listOnly) {
    console.log(list());
    return 0;
  }
  const findings = await run(chosen(program.args), options);
  write(findings);
  if (options.json) console.log(JSON.stringify(findings, null, 2));
  return findings.every(({ held }) => held) ? 0 : 1;
}

async function run(experiments: readonly Experiment[], options: Options): Promise<Reported[]> {
  const { seed = Date.now() % 2 ** 31, seconds, events, json = false } = options;
  const signal = interruption();
  const say = (text: string) => json || console.log(colors.dim(text));
  say(`Seed ${seed}`);
  const findings: Reported[] = [];
  for (const { area, name, promise, run } of experiments) {
    say(`\n${area}/${name}: ${promise}`);
    const startedAt = performance.now();
    const finding = await run({ seed, seconds, events, signal, say });
    findings.push({ area, name, promise, ...finding, seed });
    say(`${Math.round((performance.now() - startedAt) / 1_000)} s`);
    if (!json) show(finding);
  }
  return findings;
}

interface Reported extends Finding {
  readonly area: string;
  readonly name: string;
  readonly promise: string;
  readonly seed: number;
}

function chosen(names: readonly string[]): readonly Experiment[] {
  const unknown = names.filter((name) => !EXPERIMENTS.some((one) => isNamed(one, name)));
  if (unknown.length > 0) {
    throw new Failure(`No experiment ${unknown.join(', ')}; there are:\n${list()}`);
  }
  return EXPERIMENTS.filter(
    (one) => names.length === 0 || names.some((name) => isNamed(one, name)),
  );
}

function isNamed({ area, name }: Experiment, text: string): boolean {
  return text === area || text === `${area}/${name}`;
}

function list(): string {
  return EXPERIMENTS.map(({ area, name, promise }) => `  ${area}/${name}\n    ${promise}`).join(
    '\n',
  );
}

function show({ held, figures, reasons = [] }: Finding): void {
  console.log(
    table(
      ['figure', 'value'],
      Object.entries(figures).map(([k, v]) => [k, String(v)]),
    ),
  );
  for (const reason of reasons) console.log(colors.red(reason));
  console.log(held ? colors.green('Kept.') : colors.red('BROKEN.'));
}

function write(findings: readonly Reported[]): void {
  const folder = path.join(WORKSPACE, '.reports/chaos');
  mkdirSync(folder, { recursive: true });
  for (const [area, ofArea] of Object.entries(Object.groupBy(findings, ({ area }) => area))) {
    writeFileSync(path.join(folder, `${area}.json`), `${JSON.stringify(ofArea, null, 2)}\n`);
  }
}

await runMain(main);
