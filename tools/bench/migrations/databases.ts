import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import pg from 'pg';

/** A fresh database for one contestant. */
export interface BenchDatabase {
  readonly url: string;
  /** How many migrations have had their effect, as the store itself counts. */
  countEffects(): Promise<number>;
  drop(): Promise<void>;
}

export type MakeDatabase = () => Promise<BenchDatabase>;

const newName = () => `bench_${randomUUID().replaceAll('-', '')}`;

export async function makePostgres(server: string): Promise<BenchDatabase> {
  const name = newName();
  await inPostgres(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    countEffects: async () => {
      const tables = `SELECT count(*)::int AS count FROM pg_tables WHERE tablename ~ '^notes_'`;
      const [row] = await inPostgres(url.href, tables);
      return Number(row?.['count']);
    },
    drop: async () => void (await inPostgres(server, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

export async function makeMongo(server: string): Promise<BenchDatabase> {
  const url = new URL(server);
  url.pathname = newName();
  const client = new MongoClient(url.href);
  return Promise.resolve({
    url: url.href,
    countEffects: async () => client.db().collection('effects').countDocuments(),
    drop: async () => {
      await client.db().dropDatabase();
      await client.close();
    },
  });
}

async function inPostgres(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
