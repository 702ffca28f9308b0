import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, type FaultyProxy, faultyProxy } from '@trilith/testing';
import type { Redis } from 'ioredis';

import type { TieredCache, TieredCacheOptions } from '../src/index.js';
import { Replicas, clientOf } from './replicas.js';

describe('with Redis away', () => {
  let replicas: Replicas;
  let proxy: FaultyProxy;
  let healthy: TieredCache;

  beforeEach(async () => {
    replicas = await Replicas.create();
    proxy = await faultyProxy(replicas.place.url);
    healthy = await replicas.start();
  });

  afterEach(async () => {
    proxy.heal();
    await replicas.close();
    await proxy.close();
  });

  const behindProxy = async (options: Partial<Omit<TieredCacheOptions, 'redis'>> = {}) =>
    replicas.start(options, {
      url: proxy.url,
      commandTimeoutMs: 200,
      probeEveryMs: 50,
      maxPendingWrites: 100,
    });

  const isAway = async (cache: TieredCache) => {
    await cache.get('whatever');
    expect(cache.stats().isRedisAway).toBe(true);
  };

  const isBack = async (cache: TieredCache) =>
    eventually(() => {
      expect(cache.stats()).toMatchObject({ isRedisAway: false, pendingWrites: 0 });
    });

  it.each(['cut', 'stall'] as const)(
    'should answer from memory, grace or the loader: %s',
    async (fault) => {
      const cache = await behindProxy();
      await cache.set('fresh', 1);
      await cache.set('stale', 2, { graceMs: 60_000 });
      await cache.expire('stale');
      proxy[fault]();
      await eventually(async () => isAway(cache));
      const fails = () => {
        throw new Error('the source is away, too');
      };
      expect(await cache.getOrSet('fresh', fails)).toBe(1);
      expect(await cache.getOrSet('stale', fails)).toBe(2);
      expect(await cache.getOrSet('missing', () => 3)).toBe(3);
      expect(await cache.getOrSet('missing', fails)).toBe(3);
      proxy.heal();
      await isBack(cache);
    },
  );

  it('should make only the first callers wait when Redis hangs, and no longer than its deadline', async () => {
    const cache = await behindProxy({ memory: false });
    proxy.stall();
    // Each waits at most for a read and a lease; five failures open the circuit for the rest.
    for (let n = 0; n < 200; n += 1) expect(await cache.getOrSet(`k${n}`, () => n)).toBe(n);
    const { redisFailures, outages, loads } = cache.stats();
    expect(redisFailures).toBeLessThan(20);
    expect({ outages, loads }).toEqual({ outages: 1, loads: 200 });
    proxy.heal();
    await isBack(cache);
  });

  it('should start without Redis, and use it when it comes', async () => {
    proxy.cut();
    const cache = replicas.open({}, { url: proxy.url, startTimeoutMs: 50, probeEveryMs: 50 });
    expect(await cache.getOrSet('a', () => 1)).toBe(1);
    expect(await cache.set('b', 2)).toBe('queued');
    expect(await cache.get('b')).toBe(2);
    proxy.heal();
    await cache.whenSynced();
    await isBack(cache);
    // Nothing was known of the log when it was queued: another may have written later, so it went.
    expect(await healthy.has('b')).toBe(false);
    expect(await cache.set('b', 3)).toBe('applied');
    expect(await healthy.get('b')).toBe(3);
  });

  it('should apply writes here at once and everywhere when Redis is back', async () => {
    const cache = await behindProxy();
    await healthy.setMany([
      ['deleted', 'old'],
      ['expired', 'old'],
      ['written', 'old'],
    ]);
    await healthy.set('tagged', 'old', { tags: ['t'] });
    const keys = ['deleted', 'expired', 'written', 'tagged'];
    expect((await cache.getMany(keys)).size).toBe(4);
    proxy.cut();
    await eventually(async () => isAway(cache));
    expect(await cache.delete('deleted')).toBe('queued');
    await cache.expire('expired');
    await cache.deleteByTag('t');
    await cache.set('written', 'new');
    expect([...(await cache.getMany(keys))]).toEqual([['written', 'new']]);
    expect(cache.stats().pendingWrites).toBe(4);
    proxy.heal();
    await isBack(cache);
    // The value was not overtaken by anybody, but other writes were recorded between: it may be
    // stored or deleted, and never is the old one there.
    await eventually(async () => {
      const found = await healthy.getMany(keys);
      expect([...found.values()].filter((value) => value !== 'new')).toEqual([]);
    });
    for (const key of keys) expect(await cache.get(key)).not.toBe('old');
  });

  it('should store a queued value when nobody else wrote anything meanwhile', async () => {
    const cache = await behindProxy();
    await cache.set('a', 'old');
    proxy.cut();
    await eventually(async () => isAway(cache));
    await cache.set('a', 'new');
    proxy.heal();
    await isBack(cache);
    expect(await healthy.get('a')).toBe('new');
  });

  it('should not put a queued value over what another process wrote later', async () => {
    const cache = await behindProxy();
    proxy.cut();
    await eventually(async () => isAway(cache));
    await cache.set('a', 'earlier');
    await healthy.set('a', 'later');
    proxy.heal();
    await isBack(cache);
    await eventually(async () => expect(await cache.get('a')).not.toBe('earlier'));
    expect(await healthy.get('a')).not.toBe('earlier');
  });

  it('should turn more writes than it may keep into one clear', async () => {
    const cache = await behindProxy();
    await healthy.set('other', 'old');
    proxy.cut();
    await eventually(async () => isAway(cache));
    for (let n = 0; n < 500; n += 1) await cache.set(`k${n}`, n);
    expect(cache.stats().pendingWrites).toBeLessThanOrEqual(100);
    proxy.heal();
    await isBack(cache);
    expect(await healthy.get('other')).toBeUndefined();
    expect(await healthy.get('k0')).toBeUndefined();
  });

  it('should say so in one line, and in one when it is over', async () => {
    const lines: string[] = [];
    const logger = {
      log: (line: string) => lines.push(line),
      warn: (line: string) => lines.push(line),
    };
    const cache = await behindProxy({ logger });
    const told: string[] = [];
    cache.on('outageBegan', () => told.push('began'));
    cache.on('outageEnded', () => told.push('ended'));
    proxy.cut();
    await eventually(async () => isAway(cache));
    for (let n = 0; n < 100; n += 1) await cache.getOrSet(`k${n}`, () => n);
    proxy.heal();
    await isBack(cache);
    expect(lines).toEqual([
      expect.stringMatching(
        /^Cache test: Redis is away \(.+\); served from memory and by loaders$/,
      ),
      expect.stringMatching(/^Cache test: Redis is back after \d+ ms$/),
    ]);
    expect(told).toEqual(['began', 'ended']);
  });
});

describe('with Redis failing at random', () => {
  it('should fail no call while there is a stale value or a loader, and end right', async () => {
    await using replicas = await Replicas.create();
    // The circuit stays closed: every call takes its chance.
    const cache = await replicas.start({}, { failuresToOpen: 1_000_000 });
    const other = await replicas.start();
    const seed = Date.now() % 2 ** 31;
    let state = seed;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x7fffffff;
    };
    const client = clientOf(cache) as Redis;
    const send = client.sendCommand.bind(client);
    let isFaulty = true;
    client.sendCommand = (command, stream) => {
      if (!isFaulty || random() < 0.5) return send(command, stream);
      command.reject(new Error('Command timed out'));
      return command.promise;
    };
    const source = new Map<string, number>();
    const keys = ['a', 'b', 'c', 'd'];
    for (let n = 0; n < 1_000; n += 1) {
      const key = keys[Math.floor(random() * keys.length)] ?? 'a';
      if (random() < 0.3) {
        source.set(key, n);
        await cache.delete(key);
      }
      const read = await cache.getOrSet(key, () => source.get(key) ?? -1);
      if (read !== (source.get(key) ?? -1)) throw new Error(`seed ${seed}: ${key} is ${read}`);
    }
    isFaulty = false;
    await eventually(() => expect(cache.stats().pendingWrites).toBe(0));
    await eventually(async () => {
      for (const key of keys) {
        expect([undefined, source.get(key) ?? -1]).toContain(await other.get(key));
      }
    });
    expect(cache.stats().redisFailures).toBeGreaterThan(50);
  });
});
