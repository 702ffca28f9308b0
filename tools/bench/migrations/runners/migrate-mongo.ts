import { config, status, up } from 'migrate-mongo';
import { MongoClient } from 'mongodb';
import { allApplied, type RunnerInput } from './runner.ts';

export default async function open({ url, directory }: RunnerInput) {
  const client = new MongoClient(url);
  const db = client.db();
  config.set({
    migrationsDir: directory,
    changelogCollectionName: 'changelog',
    lockCollectionName: 'changelog_lock',
    // As its template has it: without a lock, and without checksums.
    lockTtl: 0,
    useFileHash: false,
    migrationFileExtension: '.mjs',
    moduleSystem: 'esm',
  });
  return {
    up: async () => (await up(db, client)).length,
    status: async () => {
      const items = await status(db);
      const applied = items.filter(({ appliedAt }) => appliedAt !== 'PENDING');
      return allApplied(applied.length, items.length);
    },
    close: async () => client.close(),
  };
}
