import {
  Migrator,
  mongoMigrationStore,
  postgresMigrationStore,
  type MigrationProgress,
} from '@trilith/migrations';
import type { RunnerReport, RunnerSettings } from './settings.ts';
import { readSettings, startSignal, tell } from './starting-line.ts';

const settings = readSettings() as RunnerSettings;
const { store, url, directory, verb, leaseMs, freezeAt } = settings;
const warnings: string[] = [];

await using migrator = new Migrator({
  store:
    store === 'postgres' ? postgresMigrationStore({ url }) : mongoMigrationStore({ url, leaseMs }),
  directory,
  onProgress: freezeAt && ((progress) => freezeIf(progress, freezeAt)),
  logger: { info: () => undefined, warn: (line) => warnings.push(line) },
});
await startSignal();
const versions = await perform();
await tell({ versions, warnings } satisfies RunnerReport);

async function perform(): Promise<number[]> {
  switch (verb.name) {
    case 'up':
      return (await migrator.up({ to: verb.to })).applied.map(({ version }) => version);
    case 'down':
      return (await migrator.down({ to: verb.to })).reverted.map(({ version }) => version);
    case 'repair':
      await migrator.repair(verb.versions);
      return [...verb.versions];
    default:
      return verb satisfies never;
  }
}

function freezeIf(
  { number, done }: MigrationProgress,
  at: NonNullable<RunnerSettings['freezeAt']>,
): void {
  if (number !== at.number || done !== at.done) return;
  process.send?.('frozen');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
