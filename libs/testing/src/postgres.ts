import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { migrationsDirectory } from './migrations-directory.js';
import { migratedTemplate } from './postgres.template.js';
import { storeUrl, withDatabase } from './store-urls.js';

/** A database that only one test, or file of tests, sees. */
export interface PostgresForTest {
  readonly url: string;
  /** Drops the database, also under connections that are still open. */
  close(): Promise<void>;
}

/**
 * A fresh database with every migration of `migrations/postgres` applied. It is cloned from a
 * template that is made once for each state of the migrations, so that it costs milliseconds.
 */
export async function postgresForTest(): Promise<PostgresForTest> {
  const url = storeUrl('DATABASE_URL');
  const directory = migrationsDirectory('postgres');
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  await withAdmin(url, async (admin) => {
    const template = await migratedTemplate({ admin, url, directory });
    await admin.query(`CREATE DATABASE ${database} TEMPLATE ${template}`);
  });
  return {
    url: withDatabase(url, database),
    close: async () => {
      await withAdmin(url, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      });
    },
  };
}

/** Runs the work on a connection to the server's own database. */
async function withAdmin<T>(url: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    query_timeout: 60_000,
    application_name: 'trilith-testing',
  });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
