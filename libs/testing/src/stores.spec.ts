import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { mongoForTest } from './mongo.js';
import { postgresForTest } from './postgres.js';
import { redisForTest } from './redis.js';

async function queryPostgres(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

const TABLES = `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`;

describe('postgresForTest', () => {
  it('gives a migrated database that no other test sees', async () => {
    const [one, other] = await Promise.all([postgresForTest(), postgresForTest()]);
    try {
      await queryPostgres(one.url, 'CREATE TABLE only_here ()');
      const tables = await queryPostgres(one.url, TABLES);
      expect(tables).toContainEqual({ tablename: 'only_here' });
      expect(tables).toContainEqual({ tablename: 'schema_migrations' });
      expect(tables).toContainEqual({ tablename: 'accounts' });
      expect(await queryPostgres(other.url, TABLES)).not.toContainEqual({ tablename: 'only_here' });
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });

  it('drops the database on close, also under open connections', async () => {
    const database = await postgresForTest();
    const open = new pg.Client({ connectionString: database.url });
    open.on('error', () => undefined);
    await open.connect();
    await database.close();
    await expect(queryPostgres(database.url, 'SELECT 1')).rejects.toThrow('does not exist');
    await open.end().catch(() => undefined);
  });
});

describe('mongoForTest', () => {
  it('gives a migrated database of its own and drops it on close', async () => {
    const [one, other] = await Promise.all([mongoForTest(), mongoForTest()]);
    await using client = new MongoClient(one.url);
    const names = async (dbName: string) =>
      (await client.db(dbName).listCollections({}, { nameOnly: true }).toArray()).map(
        ({ name }) => name,
      );
    await client.db().collection('only_here').insertOne({});
    expect(await names(one.dbName)).toEqual(
      expect.arrayContaining(['schema_migrations', 'posts', 'only_here']),
    );
    expect(await names(other.dbName)).not.toContain('only_here');
    await Promise.all([one.close(), other.close()]);
    expect(await names(one.dbName)).toEqual([]);
  });
});

describe('redisForTest', () => {
  const redis = new Redis(process.env['REDIS_URL'] ?? '');
  afterAll(() => redis.disconnect());

  it('removes its keys on close, also those with the prefix in a hash tag, and no others', async () => {
    const [one, other] = await Promise.all([redisForTest(), redisForTest()]);
    expect(one.prefix).not.toBe(other.prefix);
    const mine = [`${one.prefix}:a`, `{${one.prefix}:events}:1`];
    await redis.mset(...mine.flatMap((key) => [key, '1']), `${other.prefix}:a`, '1');
    await one.close();
    expect(await redis.exists(...mine)).toBe(0);
    expect(await redis.exists(`${other.prefix}:a`)).toBe(1);
    await other.close();
  });
});
