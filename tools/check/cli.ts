import { Command } from 'commander';
import colors from 'picocolors';
import { WORKSPACE } from '../stores/profile.ts';
import { runMain } from '../terminal/failure.ts';
import { type Outcome, runStep, type Step, STEPS } from './steps.ts';

/** Runs every step even when one fails, so that all mistakes are known at once. */
async function run(steps: readonly Step[]): Promise<number> {
  let failures = 0;
  for (const step of steps) {
    const outcome = await runStep(step, WORKSPACE);
    report(step, outcome);
    if (!outcome.ok) failures += 1;
  }
  return failures === 0 ? 0 : 1;
}

function report({ title, command }: Step, { ok, seconds, output }: Outcome): void {
  const mark = ok ? colors.green('ok') : colors.red('FAILED');
  console.log(`${mark} ${title} ${colors.dim(`(${seconds.toFixed(1)} s)`)}`);
  if (!ok) console.log(`$ ${command.join(' ')}\n${output}\n`);
}

const DESCRIPTIONS = {
  check:
    'Checks format, lint, types, import boundaries, dead code and migrations. Changes nothing but dist.',
  build: 'Compiles every project into its dist folder.',
  format: 'Formats every file.',
};

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (name !== 'check' && name !== 'build' && name !== 'format')
    throw new Error('check, build or format');
  new Command(`npm run ${name} --`).description(DESCRIPTIONS[name]).parse(args, { from: 'user' });
  return run(STEPS[name]);
}

await runMain(main);
