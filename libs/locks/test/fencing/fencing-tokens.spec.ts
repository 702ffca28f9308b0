import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mongoForTest, postgresForTest } from '@trilith/testing';
import { MongoClient } from 'mongodb';
import pg from 'pg';

import {
  type FencingTokens,
  LockManager,
  LockUnavailableError,
  MongoFencingTokens,
  PostgresFencingTokens,
  RedisFencingTokens,
  createFencingTokensSql,
} from '../../src/index.js';
import { type TestRedis, openRedis } from '../redis.js';
import { keepsItsPromise } from './fencing-tokens.conformance.js';

interface Mints {
  readonly one: FencingTokens;
  readonly other: FencingTokens;
  close(): Promise<void>;
}

async function inPostgres(): Promise<Mints> {
  const store = await postgresForTest();
  const connect = () => new pg.Pool({ connectionString: store.url, max: 5 });
  const pools = [connect(), connect()] as const;
  // Its database is dropped under it at the end.
  for (const pool of pools) pool.on('error', () => undefined);
  const mint = (pool: pg.Pool) =>
    new PostgresFencingTokens({ query: async (sql) => pool.query(sql) });
  const [one, other] = [mint(pools[0]), mint(pools[1])];
  await pools[0].query(createFencingTokensSql);
  const close = async () => {
    await Promise.all(pools.map(async (pool) => pool.end()));
    await store.close();
  };
  return { one, other, close };
}

async function inMongo(): Promise<Mints> {
  const store = await mongoForTest();
  const clients = [
    new MongoClient(store.url),
    new MongoClient(store.url, { useBigInt64: true }),
  ] as const;
  const mint = (client: MongoClient) => new MongoFencingTokens({ db: client.db(store.dbName) });
  const [one, other] = [mint(clients[0]), mint(clients[1])];
  const close = async () => {
    await Promise.all(clients.map(async (client) => client.close()));
    await store.close();
  };
  return { one, other, close };
}

async function inRedis(): Promise<Mints> {
  const { redis, prefix, close } = await openRedis().then((test) => ({
    ...test,
    close: async () => test.close(),
  }));
  const mint = () => new RedisFencingTokens({ redis, prefix });
  return { one: mint(), other: mint(), close };
}

describe.each([
  ['PostgreSQL', inPostgres],
  ['MongoDB', inMongo],
  ['Redis', inRedis],
])('fencing tokens of %s', (_name, open) => {
  let mints: Mints;

  beforeAll(async () => {
    mints = await open();
  });
  afterAll(async () => {
    await mints.close();
  });

  keepsItsPromise(() => mints);
});

describe('a manager whose tokens are minted elsewhere', () => {
  let test: TestRedis;
  let mints: Mints;

  beforeAll(async () => {
    [test, mints] = await Promise.all([openRedis(), inPostgres()]);
  });
  afterAll(async () => {
    await Promise.all([test.close(), mints.close()]);
  });

  it('gives higher ones although Redis forgot all, and has a clock that was set back', async () => {
    const { redis, prefix } = test;
    const locks = new LockManager({ redis, prefix, tokens: mints.one });
    const ahead = BigInt(Date.now() + 3_600_000) * 1_000n;
    await redis.set(test.fenceKey('lasting'), String(ahead));
    const first = await locks.withLock('lasting', {}, async (lease) => lease.fencingToken);
    expect(first).toBeLessThan(ahead);
    await redis.del(test.fenceKey('lasting'));
    await locks.withLock('lasting', {}, async (lease) => {
      expect(lease.fencingToken).toBe(first + 1n);
    });
  });

  it('does not take the lock when no token can be had, and leaves it to others', async () => {
    const { redis, prefix } = test;
    const cause = new Error('no store');
    const tokens = { next: async () => Promise.reject(cause) };
    const locks = new LockManager({ redis, prefix, tokens });
    const acquiring = locks.acquire('unfenced');
    await expect(acquiring).rejects.toBeInstanceOf(LockUnavailableError);
    await expect(acquiring).rejects.toMatchObject({ cause });
    await using lease = await test.locks.acquire('unfenced', { waitMs: 1_000 });
    expect(lease.isHeld).toBe(true);
  });

  it('does not take the lock when its token came so late that the lease is nearly over', async () => {
    const { redis, prefix } = test;
    const tokens = {
      next: async () => {
        const until = performance.now() + 280;
        // As if the process had been frozen: no timer could notice.
        while (performance.now() < until);
        return 1n;
      },
    };
    const locks = new LockManager({ redis, prefix, tokens });
    const acquiring = locks.acquire('late', { ttlMs: 300 });
    await expect(acquiring).rejects.toThrow('granted too late');
  });
});
