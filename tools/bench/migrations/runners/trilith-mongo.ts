// Ours loads the driver when it needs it. The others do at once, as every service does.
import 'mongodb';
import { Migrator, mongoMigrationStore } from '@trilith/migrations';
import { runnerOf } from './trilith.ts';
import type { RunnerInput } from './runner.ts';

export default async function open({ url, directory }: RunnerInput) {
  return runnerOf(new Migrator({ store: mongoMigrationStore({ url }), directory }));
}
