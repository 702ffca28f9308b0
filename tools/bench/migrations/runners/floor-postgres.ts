import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { allApplied, type RunnerInput } from './runner.ts';

/** One round trip for each file, nothing is locked or verified, and nobody else may run. */
export default async function open({ url, directory }: RunnerInput) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const files = readdirSync(directory).toSorted();
  const pending = async () => {
    await client.query('CREATE TABLE IF NOT EXISTS floor (name text PRIMARY KEY)');
    const { rows } = await client.query<{ name: string }>('SELECT name FROM floor');
    const applied = new Set(rows.map(({ name }) => name));
    return files.filter((file) => !applied.has(file));
  };
  return {
    up: async () => {
      const names = await pending();
      for (const name of names) {
        const text = readFileSync(path.join(directory, name), 'utf8');
        await client.query(`BEGIN; ${text}; INSERT INTO floor VALUES ('${name}'); COMMIT`);
      }
      return names.length;
    },
    status: async () => allApplied(files.length - (await pending()).length, files.length),
    close: async () => client.end(),
  };
}
