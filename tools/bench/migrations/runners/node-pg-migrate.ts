import { runner as run } from 'node-pg-migrate';
import type { Runner, RunnerInput } from './runner.ts';

/** `singleTransaction` is its default. */
export async function openNodePgMigrate(
  { url, directory }: RunnerInput,
  singleTransaction: boolean,
): Promise<Runner> {
  const up = async (dryRun: boolean) =>
    run({
      databaseUrl: url,
      dir: directory,
      direction: 'up',
      migrationsTable: 'pgmigrations',
      singleTransaction,
      dryRun,
      log: () => undefined,
    });
  return Promise.resolve({
    up: async () => (await up(false)).length,
    // It has no such command; a dry run compares the same.
    status: async () => {
      const pending = (await up(true)).length;
      if (pending > 0) throw new Error(`${pending} are pending`);
      return 0;
    },
    close: async () => Promise.resolve(),
  });
}
