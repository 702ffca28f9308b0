import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { type RedisServersForTest, eventually, redisServersForTest } from '@trilith/testing';

import { LockLostError, LockManager, LockUnavailableError } from '../src/index.js';
import { delay } from './redis.js';

describe('a quorum of five servers', () => {
  let servers: RedisServersForTest;
  let clients: RedisClient[];
  let locks: LockManager;

  beforeEach(async () => {
    servers = await redisServersForTest(5);
    clients = servers.servers.map(({ url }, n) => createRedis({ url, name: `quorum-${n}` }));
    await Promise.all(clients.map(async (client) => whenReady(client, 30_000)));
    locks = new LockManager({ redis: clients });
  });
  afterEach(async () => {
    await Promise.all(clients.map(async (client) => closeRedis(client)));
    await servers.close();
  });

  const kill = async (...numbers: number[]) =>
    Promise.all(numbers.map(async (n) => servers.servers[n]?.kill()));

  it('gives a lock to one at a time, also to contenders that split the votes', async () => {
    const managers = [1, 2, 3].map(() => new LockManager({ redis: clients }));
    let counter = 0;
    const tokens: bigint[] = [];
    const increment = async (manager: LockManager) =>
      manager.withLock('counter', { waitMs: Infinity }, async ({ fencingToken }) => {
        const value = counter;
        tokens.push(fencingToken);
        await delay(2);
        counter = value + 1;
      });
    await Promise.all([...managers, ...managers, ...managers, ...managers].map(increment));
    expect(counter).toBe(12);
    expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('goes on when two are killed: what is held is renewed, and more is given', async () => {
    await using held = await locks.acquire('held', { ttlMs: 2_000 });
    await kill(0, 3);
    await delay(3_000);
    expect(held.isHeld).toBe(true);
    expect(await locks.tryAcquire('held')).toBeUndefined();
    await locks.withLock('another', {}, async (lease) => lease.extend());
    expect(await held.release()).toBe(true);
    await using _next = await locks.acquire('held');
  });

  it('refuses when three are killed, and tells holders before their time is up', async () => {
    const held = await locks.acquire('held', { ttlMs: 2_000 });
    await kill(0, 1, 2);
    const acquiring = locks.acquire('another', { ttlMs: 2_000, waitMs: Infinity });
    await expect(acquiring).rejects.toBeInstanceOf(LockUnavailableError);
    await expect(acquiring).rejects.toThrow('3 of 5 servers did not answer');
    if (held.isHeld) await new Promise((resolve) => held.signal.addEventListener('abort', resolve));
    expect(held.signal.reason).toBeInstanceOf(LockLostError);
  });

  it('refuses before the lease would be over when three hang', async () => {
    for (const server of servers.servers.slice(2)) server.pause();
    const from = performance.now();
    const acquiring = locks.acquire('hung', { ttlMs: 1_500 });
    await expect(acquiring).rejects.toBeInstanceOf(LockUnavailableError);
    expect(performance.now() - from).toBeLessThan(1_500);
    for (const server of servers.servers) server.resume();
  });

  it('gives higher tokens although another majority grants, and each has its own clock', async () => {
    const ahead = BigInt(Date.now() + 3_600_000) * 1_000n;
    await clients[0]?.set('trilith:fence:{tokens}', String(ahead));
    // The first three that answer make the majority: let the one ahead be one of them.
    await kill(3, 4);
    const first = await locks.withLock('tokens', {}, async ({ fencingToken }) => fencingToken);
    expect(first).toBe(ahead + 1n);
    await Promise.all([3, 4].map(async (n) => servers.servers[n]?.restart()));
    await Promise.all(clients.map(async (client) => whenReady(client, 30_000)));
    await kill(0);
    await locks.withLock('tokens', {}, async ({ fencingToken }) => {
      expect(fencingToken).toBeGreaterThan(first);
    });
  });

  it('gives back what a minority granted', async () => {
    await Promise.all(
      clients.slice(0, 3).map(async (client) => client.set('trilith:lock:{split}', 'other')),
    );
    expect(await locks.tryAcquire('split')).toBeUndefined();
    await eventually(async () => {
      for (const client of clients.slice(3)) {
        expect(await client.exists('trilith:lock:{split}')).toBe(0);
      }
    });
  });

  it('has mutexes only, in no order, and is no quorum of two', async () => {
    expect(() => locks.semaphore('s', 2)).toThrow('redis: got 5 servers; a semaphore takes one');
    expect(() => locks.readWrite('rw')).toThrow('a read-write lock takes one');
    await expect(locks.acquire('fair', { fair: true })).rejects.toThrow(/^fair: got true; /);
    expect(() => new LockManager({ redis: clients.slice(0, 2) })).toThrow(
      'redis: got 2 connections; takes one, or at least three',
    );
  });
});
