import { pathToFileURL } from 'node:url';
import { type Db, MongoClient } from 'mongodb';
import { MongoDBStorage, Umzug } from 'umzug';
import type { RunnerInput } from './runner.ts';
import { runnerOf } from './umzug.ts';

interface MigrationModule {
  up(db: Db): Promise<void>;
}

export default async function open({ url, directory }: RunnerInput) {
  const client = new MongoClient(url);
  const db = client.db();
  const umzug = new Umzug({
    migrations: {
      glob: ['*.mjs', { cwd: directory }],
      resolve: ({ name, path = '' }) => ({
        name,
        up: async () => {
          const module = (await import(pathToFileURL(path).href)) as MigrationModule;
          await module.up(db);
        },
      }),
    },
    storage: new MongoDBStorage({ collection: db.collection('umzug') }),
    context: {},
    logger: undefined,
  });
  return runnerOf(umzug, async () => client.close());
}
