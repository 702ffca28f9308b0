import { openNodePgMigrate } from './node-pg-migrate.ts';
import type { RunnerInput } from './runner.ts';

export default async function open(input: RunnerInput) {
  return openNodePgMigrate(input, true);
}
