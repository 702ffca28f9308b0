import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { LockManager } from '../src/index.js';
import { type TestRedis, openRedis } from './redis.js';

describe('the list of locks', () => {
  let test: TestRedis;

  beforeAll(async () => {
    test = await openRedis();
  });
  afterAll(async () => {
    await test.close();
  });

  const manager = (label: string, prefix: string) =>
    new LockManager({ redis: test.redis, prefix, label });

  it('says who holds what, since when and for how long, and how many wait', async () => {
    const locks = manager('reports:1', `${test.prefix}:who`);
    const from = Date.now();
    await using lease = await locks.acquire('report {7} 100%', { ttlMs: 60_000 });
    const patience = new AbortController();
    const waiting = locks.acquire('report {7} 100%', { signal: patience.signal });
    await eventually(async () => expect((await locks.list())[0]?.waiting).toBe(1));
    const [held, ...more] = await manager('another', `${test.prefix}:who`).list();
    expect(more).toEqual([]);
    expect(held).toEqual({
      resource: 'report {7} 100%',
      kind: 'mutex',
      holders: [{ label: 'reports:1', since: expect.any(Date), leftMs: expect.any(Number) }],
      waiting: 1,
      lastToken: lease.fencingToken,
    });
    const [{ since, leftMs } = { since: undefined, leftMs: 0 }] = held?.holders ?? [];
    expect(since?.getTime()).toBeGreaterThanOrEqual(from);
    expect(leftMs).toBeGreaterThan(10_000);
    patience.abort(new Error('seen'));
    await expect(waiting).rejects.toThrow('seen');
  });

  it('has all holders of a semaphore, readers and writers, by the name of the resource', async () => {
    const prefix = `${test.prefix}:kinds`;
    const [one, other] = [manager('one', prefix), manager('other', prefix)];
    await using _b = await one.semaphore('b', 5).acquire();
    await using _bToo = await other.semaphore('b', 5).acquire();
    await using _a = await other.readWrite('a').write.acquire();
    await using _c = await one.acquire('c');
    const list = await one.list();
    const seen = list.map(({ resource, kind, holders }) => [
      resource,
      kind,
      holders.map(({ label = '' }) => label).toSorted((a, b) => a.localeCompare(b)),
    ]);
    expect(seen).toEqual([
      ['a', 'write', ['other']],
      ['b', 'read', ['one', 'other']],
      ['c', 'mutex', ['one']],
    ]);
  });

  it('shows what another program wrote, as far as it is known', async () => {
    const prefix = `${test.prefix}:[x]*`;
    await test.redis.set(`${prefix}:lock:{foreign}`, 'not ours');
    const holders = [{ label: undefined, since: undefined, leftMs: Infinity }];
    expect(await manager('reader', prefix).list()).toMatchObject([
      { resource: 'foreign', holders, lastToken: undefined },
    ]);
  });

  it('leaves out what is over, and has only the process’ name and number by default', async () => {
    const prefix = `${test.prefix}:over`;
    const locks = new LockManager({ redis: test.redis, prefix });
    await (await locks.acquire('over')).release();
    await using _lease = await locks.acquire('here');
    const [held, ...more] = await locks.list();
    expect(more).toEqual([]);
    expect(held?.holders[0]?.label).toMatch(new RegExp(`^.+:${process.pid}$`));
  });

  it('cannot be had through something that is no client', async () => {
    const double = { eval: async () => null, evalsha: async () => null };
    const listing = new LockManager({ redis: double }).list();
    await expect(listing).rejects.toThrow('redis: takes a client of ioredis');
  });
});
