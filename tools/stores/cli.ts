import { Command, Option } from 'commander';
import { Failure, runMain } from '../terminal/failure.ts';
import { table } from '../terminal/table.ts';
import { holdStores, stopStores, storesStatus } from './client.ts';
import { holdDockerStores, stopDockerStores } from './docker.ts';
import { devProfile, type Profile, STORE_NAMES, STORE_TITLES, testProfile } from './profile.ts';
import { STORE_HEAD, storeLimits, storeRows } from './rows.ts';
import type { StoreReport } from './store.ts';

interface Options {
  readonly profile: 'dev' | 'test';
  readonly stores?: 'docker';
  readonly json?: boolean;
  readonly force?: boolean;
}

const profileOf = ({ profile }: Options): Profile =>
  profile === 'dev' ? devProfile() : testProfile();

/** Exit status of `status` when nothing runs, as service managers have it. */
const NOT_RUNNING = 3;

async function up(options: Options): Promise<number> {
  const wanted = { profile: profileOf(options), stores: STORE_NAMES };
  if (options.stores === 'docker') {
    print((await holdDockerStores(wanted)).reports, options);
    return 0;
  }
  const held = await holdStores({
    ...wanted,
    holder: `npm run stores -- up (pid ${process.pid})`,
    onProgress: (store, text) => console.error(`${STORE_TITLES[store]}: ${text}`),
  });
  held.pin();
  await held.release();
  print(held.reports, options);
  return 0;
}

async function status(options: Options): Promise<number> {
  const found = await storesStatus(profileOf(options));
  if (!found) {
    console.log(options.json ? '[]' : 'No stores are running.');
    return NOT_RUNNING;
  }
  print(found.stores, options);
  if (!options.json) {
    const holders = [...found.holders, ...(found.pinned ? ['npm run stores -- up'] : [])];
    console.log(`Data in ${found.dataFolder}. Held by: ${holders.join(', ')}.`);
  }
  return 0;
}

async function down(options: Options): Promise<number> {
  if (options.stores === 'docker') {
    await stopDockerStores({ profile: profileOf(options), stores: STORE_NAMES });
    console.log('The containers have stopped.');
    return 0;
  }
  const outcome = await stopStores(profileOf(options), { force: options.force === true });
  if (outcome.kind === 'held') {
    throw new Failure(
      `The stores are in use by ${outcome.holders.join(', ')}: end that first, or add --force.`,
    );
  }
  console.log(outcome.kind === 'stopped' ? 'The stores have stopped.' : 'No stores were running.');
  return 0;
}

function print(reports: readonly StoreReport[], { json }: Options): void {
  if (json) {
    console.log(JSON.stringify(reports, null, 2));
    return;
  }
  console.log(table(STORE_HEAD, storeRows(reports)));
  for (const limit of storeLimits(reports)) console.log(limit);
}

function command(name: string, description: string, action: (options: Options) => Promise<number>) {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--profile <name>', 'dev keeps its data in .data, test throws it away')
        .choices(['dev', 'test'])
        .default('dev'),
    )
    .addOption(new Option('--stores <where>', 'those of docker/compose.yml').choices(['docker']))
    .option('--json', 'for programs: with full addresses, passwords included')
    .action(async (options: Options) => {
      process.exitCode = await action(options);
    });
}

const program = new Command('npm run stores --')
  .description(
    'PostgreSQL, Redis and MongoDB: found in the environment or on the PATH, or started.',
  )
  .addCommand(command('up', 'start the stores and leave them running', up))
  .addCommand(
    command('status', `tell what runs; exit status ${NOT_RUNNING} when nothing does`, status),
  )
  .addCommand(
    command('down', 'stop the stores', down).option('--force', 'even while someone uses them'),
  );

await runMain(async () => {
  await program.parseAsync();
  return Number(process.exitCode ?? 0);
});
