import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, redisClusterForTest, redisSentinelForTest } from '@trilith/testing';

import type { TieredCache } from '../src/index.js';
import { Replicas } from './replicas.js';

interface Servers {
  readonly url: string;
  /** Kills the one that has the cache; another takes over. */
  failOver(cache: string): Promise<void>;
  close(): Promise<void>;
}

const topologies = [
  {
    name: 'a cluster',
    start: async (): Promise<Servers> => {
      const cluster = await redisClusterForTest();
      return {
        url: cluster.url,
        failOver: async (cache) => (await cluster.masterOf(`{cache:${cache}}`)).kill(),
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

const kept = { tags: ['t'], graceMs: 600_000 };

const isBack = async (...caches: TieredCache[]) =>
  eventually(() => {
    for (const cache of caches) {
      expect(cache.stats()).toMatchObject({ isRedisAway: false, pendingWrites: 0 });
    }
  });

describe.each(topologies)('TieredCache on $name', ({ start }) => {
  let servers: Servers;
  let replicas: Replicas;

  beforeEach(async () => {
    servers = await start();
    const { url } = servers;
    replicas = await Replicas.create({ url, prefix: 'own', close: async () => servers.close() });
  });

  afterEach(async () => {
    await replicas.close();
  });

  it('loads once and invalidates in every replica, wherever the cache lies', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `cache-${letter}`)) {
      const [first, second] = [await replicas.start({ name }), await replicas.start({ name })];
      let loads = 0;
      const load = () => (loads += 1);
      const asked = [first, second, first, second].map(async (cache) =>
        cache.getOrSet('a', load, kept),
      );
      expect(await Promise.all(asked)).toEqual([1, 1, 1, 1]);
      await second.deleteByTag('t');
      await eventually(() => expect(first.peek('a')).toBeUndefined());
      expect(await first.getOrSet('a', load, kept)).toBe(2);
      await first.set('a', 3, kept);
      await eventually(async () => expect(await second.get('a')).toBe(3));
    }
  });

  it('answers while the server of the cache is dead, and has no stale value at the next', async () => {
    const brief = { commandTimeoutMs: 500 };
    const [first, second] = [await replicas.start({}, brief), await replicas.start({}, brief)];
    await first.set('a', 'old', kept);
    await first.set('b', 'old', kept);
    for (const key of ['a', 'b']) expect(await second.get(key)).toBe('old');
    await servers.failOver('test');
    await first.delete('a');
    expect(await first.get('a', { allowStale: true })).toBeUndefined();
    expect(await first.getOrSet('missing', () => 'loaded')).toBe('loaded');
    expect(await second.getOrSet('b', () => 'loaded', kept)).toMatch(/^(old|loaded)$/);
    await isBack(first, second);
    await eventually(async () => {
      expect(await second.get('a', { allowStale: true })).toBeUndefined();
      expect(second.peek('a')).toBeUndefined();
    });
    const outcome = async () => first.set('a', 'new', kept);
    await eventually(async () => expect(await outcome()).toBe('applied'));
    await eventually(async () => expect(await second.get('a')).toBe('new'));
  });
});

describe('TieredCache on a cluster whose slots move', () => {
  it('follows its values and its log to the other node', async () => {
    const cluster = await redisClusterForTest();
    const place = { url: cluster.url, prefix: 'own', close: async () => cluster.close() };
    await using replicas = await Replicas.create(place);
    const [first, second] = [await replicas.start(), await replicas.start()];
    await first.set('a', 'old', kept);
    expect(await second.get('a')).toBe('old');
    await cluster.moveSlotOf('{cache:test}');
    expect(await (await replicas.start()).get('a')).toBe('old');
    await first.set('a', 'new', kept);
    await eventually(async () => expect(await second.get('a')).toBe('new'));
    await second.deleteByTag('t');
    await eventually(async () => expect(await first.get('a')).toBeUndefined());
  });
});
