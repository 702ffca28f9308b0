import 'reflect-metadata';
import path from 'node:path';
import { DataSource } from 'typeorm';
import type { RunnerInput } from './runner.ts';

export default async function open({ url, directory }: RunnerInput) {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations: [path.join(directory, '*.mjs')],
    migrationsTransactionMode: 'each',
  });
  await dataSource.initialize();
  return {
    up: async () => (await dataSource.runMigrations()).length,
    // It prints them one by one, if its logger is on, and tells whether one is pending.
    status: async () => {
      if (await dataSource.showMigrations()) throw new Error('some are pending');
      return dataSource.migrations.length;
    },
    close: async () => dataSource.destroy(),
  };
}
