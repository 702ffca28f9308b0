import { randomUUID } from 'node:crypto';
import { Migrator, mongoMigrationStore } from '@trilith/migrations';
import { MongoClient } from 'mongodb';
import { migrationsDirectory } from './migrations-directory.js';
import { storeUrl, withDatabase } from './store-urls.js';

/** A database that only one test, or file of tests, sees. */
export interface MongoForTest {
  /** Names the database as well. */
  readonly url: string;
  readonly dbName: string;
  /** Drops the database. */
  close(): Promise<void>;
}

/** A fresh database with every migration of `migrations/mongo` applied. */
export async function mongoForTest(): Promise<MongoForTest> {
  const dbName = `test_${randomUUID().replaceAll('-', '')}`;
  const url = withDatabase(storeUrl('MONGODB_URL'), dbName);
  await using migrator = new Migrator({
    store: mongoMigrationStore({ url }),
    directory: migrationsDirectory('mongo'),
  });
  await migrator.up();
  return { url, dbName, close: async () => dropDatabase(url, dbName) };
}

async function dropDatabase(url: string, dbName: string): Promise<void> {
  await using client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  await client.db(dbName).dropDatabase({ timeoutMS: 30_000 });
}
