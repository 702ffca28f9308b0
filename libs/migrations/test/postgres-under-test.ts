import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { postgresMigrationStore } from '../src/index.js';
import type { StoreUnderTest, TestDatabase } from './database.js';

const serverUrl = () => process.env['DATABASE_URL'] ?? '';

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Runs one statement on a connection of its own. */
export async function sql<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
): Promise<Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(text)).rows);
}

export async function createPostgres(): Promise<TestDatabase> {
  const name = `migrations_${randomUUID().replaceAll('-', '')}`;
  await sql(serverUrl(), `CREATE DATABASE ${name}`);
  const url = serverUrl().replace(/\/[^/?]*(\?.*)?$/, `/${name}$1`);
  await withClient(url, async (client) => {
    await client.query(
      `CREATE TABLE journal (id int GENERATED ALWAYS AS IDENTITY, entry text);
       CREATE TABLE gate ();`,
    );
  });
  const stores: { close(): Promise<void> }[] = [];
  return {
    url,
    open: (timeouts = {}) => {
      const store = postgresMigrationStore({ url, ...timeouts });
      stores.push(store);
      return store;
    },
    journal: async () => {
      const rows = await sql<{ entry: string }>(url, 'SELECT entry FROM journal ORDER BY id');
      return rows.map(({ entry }) => entry);
    },
    openGate: async () => {
      await sql(url, 'INSERT INTO gate DEFAULT VALUES');
    },
    createOldLedger: async ({ version, name, checksum }) => {
      await withClient(url, async (client) => {
        await client.query(`CREATE TABLE schema_migrations (
          version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
          state text NOT NULL CHECK (state IN ('started', 'applied')),
          executed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
          duration_ms integer, executed_by text NOT NULL, app_version text)`);
        await client.query(
          `INSERT INTO schema_migrations (version, name, checksum, state, duration_ms, executed_by)
           VALUES ($1, $2, $3, 'applied', 1, 'old')`,
          [version, name, checksum],
        );
      });
    },
    drop: async () => {
      await Promise.all(stores.map(async (store) => store.close()));
      await sql(serverUrl(), `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

export const postgresUnderTest: StoreUnderTest = {
  name: 'postgres',
  variable: 'DATABASE_URL',
  extension: '.sql',
  create: createPostgres,
  openAt: (hostAndPort, timeouts) =>
    postgresMigrationStore({ url: `postgres://me:s3cret@${hostAndPort}/app`, ...timeouts }),
  keepsHalves: false,
  text: {
    writes: (entry) => `INSERT INTO journal (entry) VALUES ('${entry}');\n`,
    failsWithoutGate: (entry, message) => `INSERT INTO journal (entry) VALUES ('${entry}');
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM gate) THEN RAISE EXCEPTION '${message}'; END IF;
END $$;\n`,
    reversible: (entry) => `INSERT INTO journal (entry) VALUES ('${entry}');
-- migrate: down
INSERT INTO journal (entry) VALUES ('${entry} reverted');\n`,
    breaking: (entry) => `-- migrate: breaking
INSERT INTO journal (entry) VALUES ('${entry}');\n`,
    waitsForGate: (entry) => `INSERT INTO journal (entry) VALUES ('${entry} begun');
DO $$ BEGIN
  WHILE NOT EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.05); END LOOP;
END $$;
INSERT INTO journal (entry) VALUES ('${entry}');\n`,
  },
};
