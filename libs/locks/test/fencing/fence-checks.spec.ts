import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, defineScript } from '@trilith/redis';
import { mongoForTest, postgresForTest } from '@trilith/testing';
import { type Collection, MongoClient } from 'mongodb';
import pg from 'pg';

import { fenceCondition, fenceFilter, fenceLua } from '../../src/index.js';
import { openRedis } from '../redis.js';

/** Something that is written under a lock. */
interface Resource {
  /** Tells whether the write was accepted. */
  write(fencingToken: bigint, body: string): Promise<boolean>;
  read(): Promise<string | null>;
  close(): Promise<void>;
}

async function inPostgres(): Promise<Resource> {
  const store = await postgresForTest();
  const pool = new pg.Pool({ connectionString: store.url });
  // Its database is dropped under it at the end.
  pool.on('error', () => undefined);
  await pool.query('CREATE TABLE reports (id int PRIMARY KEY, body text, fence bigint)');
  await pool.query('INSERT INTO reports (id) VALUES (1)');
  const update = `UPDATE reports SET body = $2, fence = $3 WHERE id = $1 AND ${fenceCondition({ token: '$3' })}`;
  return {
    write: async (token, body) => (await pool.query(update, [1, body, token])).rowCount === 1,
    read: async () => {
      const { rows } = await pool.query<{ body: string | null }>('SELECT body FROM reports');
      return rows[0]?.body ?? null;
    },
    close: async () => {
      await pool.end();
      await store.close();
    },
  };
}

interface Report {
  _id: number;
  body?: string;
  fence?: bigint;
}

async function inMongo(): Promise<Resource> {
  const store = await mongoForTest();
  const client = new MongoClient(store.url);
  const reports: Collection<Report> = client.db(store.dbName).collection('reports');
  await reports.insertOne({ _id: 1 });
  return {
    write: async (fence, body) => {
      const filter = { _id: 1, ...fenceFilter(fence) };
      const { matchedCount } = await reports.updateOne(filter as never, { $set: { body, fence } });
      return matchedCount === 1;
    },
    read: async () => (await reports.findOne())?.body ?? null,
    close: async () => {
      await client.close();
      await store.close();
    },
  };
}

const saveReport = defineScript<[token: string, rememberMs: number, body: string], boolean>({
  name: 'saveReport',
  lua: `${fenceLua()} redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2]) return 1`,
  keys: 2,
  parse: (reply) => reply === 1,
});

async function inRedis(): Promise<Resource & { redis: RedisClient; keys: string[] }> {
  const test = await openRedis();
  const keys = [`{${test.prefix}}:fence`, `{${test.prefix}}:report`];
  return {
    redis: test.redis,
    keys,
    write: async (token, body) => saveReport(test.redis, keys, [String(token), 60_000, body]),
    read: async () => test.redis.get(keys[1] ?? ''),
    close: async () => test.close(),
  };
}

describe.each<[string, () => Promise<Resource>]>([
  ['SQL condition', inPostgres],
  ['MongoDB filter', inMongo],
  ['Lua', inRedis],
])('the fence as %s', (_name, open) => {
  let resource: Resource;

  beforeAll(async () => {
    resource = await open();
  });
  afterAll(async () => {
    await resource.close();
  });

  it('accepts the first token, the same again, and higher ones; refuses lower ones', async () => {
    expect(await resource.write(9n, 'first')).toBe(true);
    expect(await resource.write(9n, 'same')).toBe(true);
    expect(await resource.write(10n, 'longer')).toBe(true);
    expect(await resource.write(9n, 'stale')).toBe(false);
    expect(await resource.read()).toBe('longer');
  });

  it('compares tokens that a double cannot tell apart', async () => {
    const high = 2n ** 62n;
    expect(await resource.write(high + 1n, 'high')).toBe(true);
    expect(await resource.write(high, 'one lower')).toBe(false);
    expect(await resource.read()).toBe('high');
  });
});
