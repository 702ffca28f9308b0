import { Command, InvalidArgumentError } from 'commander';
import colors from 'picocolors';
import { build } from '../platform/build.ts';
import { ownEnvironment } from '../platform/environment.ts';
import { migrate } from '../platform/migrations.ts';
import { interruption } from '../processes/interruption.ts';
import { type HeldStores, holdStores } from '../stores/client.ts';
import { devProfile, STORE_TITLES, STORE_VARIABLES } from '../stores/profile.ts';
import { Failure, runMain } from '../terminal/failure.ts';
import { Progress } from '../terminal/progress.ts';
import type { Filler, FillReport } from './filler.ts';
import { FILLERS } from './fillers.ts';
import { printReports } from './report.ts';

const PASSWORD = 'plenty of seeds';

const program = new Command('npm run seed --')
  .description(
    'Fills the stores at scale with people who could be real. The same seed gives the same rows; a run\n' +
      'that was cut off goes on where it was, and one that asks for more adds what is missing.',
  )
  .option('--seed <n>', 'whole number that all rows follow from', wholeNumber, 1)
  .option('--until <date>', 'day (UTC) up to which there is data; default: today', day)
  .option('--password <text>', `of all accounts; default: "${PASSWORD}"`)
  .option(
    '--into <database>',
    'fill this database although it does not look like a development one',
  )
  .option('--json', 'what was done as JSON')
  .addHelpText(
    'after',
    `
Without --into only a database on this machine is filled, and none with more than 1,000 accounts that
were made otherwise. Nothing is published: other services know these people only where their own store
is filled, too. At the end the planner's statistics are brought up to date.
Exit status: 0 when all is there, 1 otherwise, 130 after Ctrl-C, from where the next run goes on.`,
  );
for (const { amounts } of FILLERS) {
  for (const [name, description] of Object.entries(amounts)) {
    program.option(`--${name} <n>`, description, wholeNumber, 0);
  }
}

interface Options {
  readonly seed: number;
  readonly until?: Date;
  readonly password?: string;
  readonly into?: string;
  readonly json?: boolean;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('It takes a whole number from 0.');
}

function day(text: string): Date {
  const date = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('It takes a day such as 2026-01-31.');
}

async function main(): Promise<number> {
  const options = program.parse().opts<Options & Record<string, unknown>>();
  const signal = interruption();
  const asked = FILLERS.map((filler) => ({ filler, amounts: amountsOf(filler, options) })).filter(
    ({ amounts }) => Object.values(amounts).some((amount) => amount > 0),
  );
  if (asked.length === 0) throw new Failure('Nothing was asked for: see "npm run seed -- --help".');
  const env = ownEnvironment();
  const stores = await holdStores({
    profile: devProfile(),
    stores: asked.map(({ filler }) => filler.store),
    holder: `npm run seed (pid ${process.pid})`,
    env,
    signal,
    onProgress: (store, text) => console.error(`${STORE_TITLES[store]}: ${text}`),
  });
  try {
    const reports: FillReport[] = [];
    for (const { filler, amounts } of asked) {
      reports.push(await fill(filler, { amounts, options, env, stores, signal }));
    }
    printReports(reports, options);
    return 0;
  } finally {
    await stores.release();
  }
}

interface FillWork {
  readonly amounts: Readonly<Record<string, number>>;
  readonly options: Options;
  readonly env: NodeJS.ProcessEnv;
  readonly stores: HeldStores;
  readonly signal: AbortSignal;
}

async function fill(
  filler: Filler,
  { amounts, options, env, stores, signal }: FillWork,
): Promise<FillReport> {
  const url = stores.env[STORE_VARIABLES[filler.store]] ?? '';
  const { into, seed, until, password } = options;
  if (into !== undefined && password === undefined) {
    throw new Failure(
      'With --into give a --password, too: the one in the help is known to everybody.',
    );
  }
  await filler.guard(url, into);
  console.error(colors.dim('Building and migrating …'));
  await build(signal);
  const { migrations: store } = filler;
  if (store !== undefined) await migrate({ ...env, ...stores.env }, { store, signal });
  return filler.run({
    url,
    amounts,
    seed,
    until,
    password: password ?? PASSWORD,
    progress: new Progress(),
    signal,
  });
}

function amountsOf(
  { amounts }: Filler,
  options: Readonly<Record<string, unknown>>,
): Record<string, number> {
  return Object.fromEntries(Object.keys(amounts).map((name) => [name, Number(options[name] ?? 0)]));
}

await runMain(main);
