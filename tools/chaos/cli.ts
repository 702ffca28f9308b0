import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import colors from 'picocolors';
import { interruption } from '../processes/interruption.ts';
import { WORKSPACE } from '../stores/profile.ts';
import { Failure, runMain } from '../terminal/failure.ts';
import { table } from '../terminal/table.ts';
import type { Experiment, Finding } from './experiment.ts';
import { noInputBreaksIt } from './input/no-input-breaks-it.ts';
import { everyActCounted } from './platform/every-act-counted.ts';

const EXPERIMENTS: readonly Experiment[] = [everyActCounted, noInputBreaksIt];
const AREAS = [...new Set(EXPERIMENTS.map(({ area }) => area))];

const program = new Command('npm run chaos --')
  .description(
    'Fault experiments: each states a promise, breaks something on purpose, and counts in the stores\n' +
      `whether the promise was kept. Areas: ${AREAS.join(', ')}.`,
  )
  .argument('[area...]', 'which areas; all of them when none is named')
  .option('--seed <n>', 'repeat the choices of an earlier run', wholeNumber)
  .option('--seconds <n>', 'how long each experiment goes on breaking things', wholeNumber, 60)
  .option('--json', 'findings as JSON')
  .addHelpText(
    'after',
    '\nFindings are written to .reports/chaos/<area>.json.\nExit status: 0 when every promise was kept, 1 otherwise, 130 after Ctrl-C.',
  );

interface Options {
  readonly seed?: number;
  readonly seconds: number;
  readonly json?: boolean;
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
  const { seed = Date.now() % 2 ** 31, seconds, json = false } = program.opts<Options>();
  const signal = interruption();
  const say = (text: string) => json || console.log(colors.dim(text));
  say(`Seed ${seed}`);
  const findings: Reported[] = [];
  for (const { area, promise, run } of chosen(program.args)) {
    say(`\n${area}: ${promise}`);
    const finding = await run({ seed, seconds, signal, say });
    findings.push({ area, promise, ...finding, seed });
    if (!json) show(finding);
  }
  write(findings);
  if (json) console.log(JSON.stringify(findings, null, 2));
  return findings.every(({ held }) => held) ? 0 : 1;
}

interface Reported extends Finding {
  readonly area: string;
  readonly promise: string;
  readonly seed: number;
}

function chosen(areas: readonly string[]): readonly Experiment[] {
  const unknown = areas.filter((area) => !AREAS.includes(area));
  if (unknown.length > 0) {
    throw new Failure(`No area ${unknown.join(', ')}; there are: ${AREAS.join(', ')}.`);
  }
  return EXPERIMENTS.filter(({ area }) => areas.length === 0 || areas.includes(area));
}

function show({ held, figures }: Finding): void {
  console.log(
    table(
      ['figure', 'value'],
      Object.entries(figures).map(([k, v]) => [k, String(v)]),
    ),
  );
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
