import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { Umzug, type UmzugStorage } from 'umzug';
import type { RunnerInput } from './runner.ts';
import { runnerOf } from './umzug.ts';

/** It brings none for PostgreSQL without an ORM: the least that keeps names. */
function storageOf(client: pg.Client): UmzugStorage {
  return {
    executed: async () => {
      await client.query('CREATE TABLE IF NOT EXISTS umzug (name text PRIMARY KEY)');
      const { rows } = await client.query<{ name: string }>('SELECT name FROM umzug ORDER BY name');
      return rows.map(({ name }) => name);
    },
    logMigration: async ({ name }) =>
      void (await client.query('INSERT INTO umzug VALUES ($1)', [name])),
    unlogMigration: async ({ name }) =>
      void (await client.query('DELETE FROM umzug WHERE name = $1', [name])),
  };
}

export default async function open({ url, directory }: RunnerInput) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const umzug = new Umzug({
    migrations: {
      glob: ['*.sql', { cwd: directory }],
      resolve: ({ name, path = '' }) => ({
        name,
        // One text is one transaction.
        up: async () => client.query(await readFile(path, 'utf8')),
      }),
    },
    storage: storageOf(client),
    context: {},
    logger: undefined,
  });
  return runnerOf(umzug, async () => client.end());
}
