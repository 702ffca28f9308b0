import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { eventually, redisClusterForTest, redisSentinelForTest } from '@trilith/testing';

import { LockManager, LockUnavailableError } from '../src/index.js';
import { delay } from './redis.js';

interface Servers {
  readonly url: string;
  /** Kills the one that has the locks on a resource; another takes over. */
  failOver(resource: string): Promise<void>;
  close(): Promise<void>;
}

const topologies = [
  {
    name: 'a cluster',
    start: async (): Promise<Servers> => {
      const cluster = await redisClusterForTest();
      return {
        url: cluster.url,
        failOver: async (resource) => (await cluster.masterOf(`{${resource}}`)).kill(),
        close: async () => cluster.close(),
      };
    },
  },
  {
    name: 'a master that Sentinels watch',
    start: async (): Promise<Servers> => {
      const trio = await redisSentinelForTest();
      return {
        url: trio.url,
        failOver: async () => (await trio.master()).kill(),
        close: async () => trio.close(),
      };
    },
  },
];

describe.each(topologies)('LockManager on $name', ({ start }) => {
  let servers: Servers;
  let redis: RedisClient;
  let locks: LockManager;

  beforeEach(async () => {
    servers = await start();
    redis = createRedis({ url: servers.url, name: 'locks-topologies', commandTimeoutMs: 1_000 });
    await whenReady(redis, 30_000);
    locks = new LockManager({ redis });
  });
  afterEach(async () => {
    await closeRedis(redis);
    await servers.close();
  });

  it('gives each resource to one at a time, with rising tokens, wherever its key lies', async () => {
    const resources = Array.from({ length: 20 }, (_, index) => `resource-${index}`);
    const held = new Set<string>();
    const tokens = new Map<string, bigint[]>();
    const work = async (resource: string) =>
      locks.withLock(resource, { ttlMs: 5_000, waitMs: 30_000 }, async ({ fencingToken }) => {
        expect(held.has(resource)).toBe(false);
        held.add(resource);
        await delay(2);
        held.delete(resource);
        tokens.set(resource, [...(tokens.get(resource) ?? []), fencingToken]);
      });
    await Promise.all([...resources, ...resources, ...resources].map(work));
    for (const resource of resources) {
      const [first = 0n, second = 0n, third = 0n] = tokens.get(resource) ?? [];
      expect(first < second && second < third).toBe(true);
    }
  });

  it('holds a lease by renewing it, and knows when it was released', async () => {
    const lease = await locks.acquire('held', { ttlMs: 500 });
    await delay(1_500);
    expect(lease.signal.aborted).toBe(false);
    expect(await locks.tryAcquire('held')).toBeUndefined();
    expect(await lease.release()).toBe(true);
    await using next = await locks.acquire('held', { ttlMs: 500, waitMs: 0 });
    expect(next.fencingToken).toBeGreaterThan(lease.fencingToken);
  });

  it('says that the lock cannot be had while its server is dead, and gives it at the next', async () => {
    await servers.failOver('failing');
    await expect(locks.acquire('failing')).rejects.toBeInstanceOf(LockUnavailableError);
    await eventually(async () => {
      await using lease = await locks.acquire('failing', { ttlMs: 5_000 });
      expect(await lease.release()).toBe(true);
    });
  });
});
