import { readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Db, MongoClient } from 'mongodb';
import { allApplied, type RunnerInput } from './runner.ts';

interface MigrationModule {
  up(db: Db): Promise<void>;
}

/** One write for each file, nothing is locked or verified, and nobody else may run. */
export default async function open({ url, directory }: RunnerInput) {
  const client = new MongoClient(url);
  const db = client.db();
  const ledger = db.collection<{ _id: string }>('floor');
  const files = readdirSync(directory).toSorted();
  const pending = async () => {
    const applied = new Set(
      (await ledger.find({}, { batchSize: 10_000 }).toArray()).map(({ _id }) => _id),
    );
    return files.filter((file) => !applied.has(file));
  };
  return {
    up: async () => {
      const names = await pending();
      for (const name of names) {
        const file = pathToFileURL(path.join(directory, name)).href;
        const module = (await import(file)) as MigrationModule;
        await module.up(db);
        await ledger.insertOne({ _id: name });
      }
      return names.length;
    },
    status: async () => allApplied(files.length - (await pending()).length, files.length),
    close: async () => client.close(),
  };
}
