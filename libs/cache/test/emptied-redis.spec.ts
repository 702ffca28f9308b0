import { rmSync } from 'node:fs';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RedisProcess, eventually, faultyProxy, redisServersForTest } from '@trilith/testing';

import type { TieredCache } from '../src/index.js';
import { heldLoader } from './held-loader.js';
import { Replicas } from './replicas.js';

const losses: [title: string, lose: (server: RedisProcess) => Promise<unknown>][] = [
  ['FLUSHALL', async (server) => server.withClient(async (redis) => redis.flushall())],
  [
    'a restart without its files',
    async (server) => {
      await server.kill();
      rmSync(path.join(server.folder, 'appendonlydir'), { recursive: true });
      await server.restart();
    },
  ],
];

describe.each(losses)('a Redis that is emptied by %s', (_title, lose) => {
  let server: RedisProcess;
  let replicas: Replicas;
  let first: TieredCache;
  let second: TieredCache;

  beforeEach(async () => {
    const own = await redisServersForTest(1);
    [server] = own.servers as [RedisProcess];
    const place = { url: server.url, prefix: 'own', close: async () => own.close() };
    replicas = await Replicas.create(place);
    [first, second] = [await replicas.start(), await replicas.start()];
  });

  afterEach(async () => {
    await replicas.close();
  });

  const kept = { tags: ['t'], graceMs: 600_000 };
  const positionOf = async (cache: TieredCache) => (await cache.inspect('a')).redis?.position ?? 0;

  const readByAll = async () => {
    await first.set('a', 'old', kept);
    for (const cache of [first, second]) {
      expect(await cache.get('a')).toBe('old');
      expect(cache.peek('a')).toBe('old');
    }
  };

  const isForgotten = async (...caches: TieredCache[]) =>
    eventually(async () => {
      for (const cache of caches) {
        expect(cache.stats()).toMatchObject({ isRedisAway: false, resyncs: 1 });
        expect(await cache.get('a', { allowStale: true })).toBeUndefined();
      }
    });

  it('should leave nothing from before in any replica, and positions that go on rising', async () => {
    await readByAll();
    const before = await positionOf(first);
    await lose(server);
    await isForgotten(first, second);
    const late = await replicas.start();
    let loads = 0;
    for (const cache of [first, second, late]) {
      expect(await cache.getOrSet('a', () => `new ${(loads += 1)}`, kept)).toBe('new 1');
    }
    expect(await positionOf(first)).toBeGreaterThan(before);
    await late.set('a', 'newer', kept);
    await eventually(() => expect([first.peek('a'), second.peek('a')]).not.toContain('new 1'));
    for (const cache of [first, second]) expect(await cache.get('a')).toBe('newer');
    await second.deleteByTag('t');
    await eventually(() =>
      expect([first.peek('a'), late.peek('a')]).toEqual([undefined, undefined]),
    );
  });

  it('should not be outlived by what a replica has that was cut off meanwhile', async () => {
    await using proxy = await faultyProxy(server.url);
    const cutOff = await replicas.start({}, { url: proxy.url });
    await readByAll();
    expect(await cutOff.get('a')).toBe('old');
    proxy.cut();
    await lose(server);
    await isForgotten(first);
    expect(await first.set('a', 'new', kept)).toBe('applied');
    proxy.heal();
    await eventually(async () => {
      expect(await cutOff.get('a')).toBe('new');
      expect(cutOff.peek('a')).toBe('new');
    });
    await cutOff.close();
  });

  it('should not get the old value back from a loader that read it before', async () => {
    const { load, started, letGo } = heldLoader('old');
    const loading = first.getOrSet('a', load, kept);
    await started;
    await lose(server);
    await eventually(async () => expect(await second.set('a', 'new', kept)).toBe('applied'));
    letGo();
    expect(await loading).toBe('old');
    expect(await second.get('a')).toBe('new');
    await eventually(async () => expect(await first.get('a')).toBe('new'));
    expect((await second.inspect('a')).redis?.value).toBe('new');
  });
});
