import type { Migrator } from '@trilith/migrations';
import { allApplied, type Runner } from './runner.ts';

export async function runnerOf(migrator: Migrator): Promise<Runner> {
  return Promise.resolve({
    up: async () => (await migrator.up()).applied.length,
    status: async () => {
      const { migrations, problems } = await migrator.status();
      if (problems.length > 0) throw new Error(`${problems.length} problems`);
      const applied = migrations.filter(({ state }) => state === 'applied');
      return allApplied(applied.length, migrations.length);
    },
    close: async () => migrator.close(),
  });
}
