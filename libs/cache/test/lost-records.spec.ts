import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, type FaultyProxy, faultyProxy } from '@trilith/testing';
import { type Command, Redis } from 'ioredis';

import type { TieredCache } from '../src/index.js';
import { Replicas, clientOf, pauseLog } from './replicas.js';

describe('a replica that missed records of the log', () => {
  let replicas: Replicas;
  let writer: TieredCache;
  let redis: Redis;
  let proxy: FaultyProxy;
  /** Reaches Redis through the proxy. */
  let reader: TieredCache;

  beforeEach(async () => {
    replicas = await Replicas.create();
    redis = new Redis(replicas.place.url);
    proxy = await faultyProxy(replicas.place.url);
    writer = await replicas.start({}, { maxLogRecords: 1 });
    reader = await replicas.start({}, { url: proxy.url, commandTimeoutMs: 500 });
  });

  afterEach(async () => {
    await replicas.close();
    await proxy.close();
    redis.disconnect();
  });

  const read = async () => {
    await writer.setMany([
      ['a', 'old'],
      ['b', 'old'],
    ]);
    expect([...(await reader.getMany(['a', 'b'])).values()]).toEqual(['old', 'old']);
    expect([reader.peek('a'), reader.peek('b')]).toEqual(['old', 'old']);
  };

  it('should catch up when it is back', async () => {
    await read();
    proxy.cut();
    await writer.delete('a');
    // Cut off, it serves what it has.
    expect(await reader.get('a')).toBe('old');
    proxy.heal();
    await eventually(() => {
      expect(reader.stats().isRedisAway).toBe(false);
      expect([reader.peek('a'), reader.peek('b')]).toEqual([undefined, 'old']);
    });
    expect(await reader.get('a')).toBeUndefined();
    // Nothing was lost, so nothing had to go.
    expect(reader.stats().resyncs).toBe(0);
    expect(reader.peek('b')).toBe('old');
  });

  it('should empty its memory when the log was trimmed past it', async () => {
    await read();
    proxy.cut();
    await writer.delete('a');
    for (let n = 0; n < 300; n += 1) await writer.delete(`other ${n}`);
    const names = await redis.xrange(replicas.redisKey('log'), '-', '+');
    expect(names.length).toBeLessThan(300);
    proxy.heal();
    await eventually(async () => {
      expect(reader.stats().resyncs).toBe(1);
      // From Redis: memory is empty.
      expect(await reader.get('b')).toBe('old');
    });
    expect(await reader.get('a')).toBeUndefined();
  });

  it('should empty its memory when the log is gone with what it has not seen', async () => {
    await read();
    proxy.cut();
    await writer.delete('a');
    await redis.del(replicas.redisKey('log'));
    proxy.heal();
    await eventually(async () => {
      expect(reader.stats().resyncs).toBe(1);
      // From Redis: memory is empty.
      expect(await reader.get('b')).toBe('old');
    });
    expect(await reader.get('a')).toBeUndefined();
  });

  it('should have everything gone when the marks are lost', async () => {
    await writer.set('tagged', 'old', { tags: ['t'] });
    await read();
    await writer.deleteByTag('t');
    await redis.del(replicas.redisKey('marks'));
    for (const cache of [reader, writer]) {
      await eventually(async () => {
        expect(cache.stats().resyncs).toBe(1);
        for (const key of ['tagged', 'a', 'b']) expect(await cache.get(key)).toBeUndefined();
      });
    }
    expect(await reader.getOrSet('a', () => 'new')).toBe('new');
    expect(await writer.get('a')).toBe('new');
  });

  it('should have everything gone after a flush, and go on', async () => {
    await read();
    const keys = await redis.keys(`${replicas.place.prefix}*`);
    expect(keys.length).toBeGreaterThan(3);
    await redis.del(keys);
    await eventually(() =>
      expect([reader.peek('a'), writer.peek('a')]).toEqual([undefined, undefined]),
    );
    expect(await writer.getOrSet('a', () => 'new')).toBe('new');
    await eventually(async () => expect(await reader.get('a')).toBe('new'));
    await writer.set('a', 'newer');
    await eventually(async () => expect(await reader.get('a')).toBe('newer'));
  });

  it.each([
    ['and writes go on', true],
    ['and nothing is written', false],
  ])('should notice a failover that lost the last records, %s', async (_title, goesOn) => {
    await read();
    const [log, marks, value] = ['log', 'marks', 'v:a'].map((name) => replicas.redisKey(name));
    const copies = await Promise.all(
      [log, marks, value].map(async (key) => redis.dumpBuffer(key ?? '')),
    );
    await writer.delete('a');
    await eventually(() => expect(reader.peek('a')).toBeUndefined());
    // What a replica that had not seen the deletion has when it takes over.
    const restore = redis.multi();
    for (const [at, key] of [log, marks, value].entries()) {
      restore.restore(key ?? '', 60_000, copies[at] ?? '', 'REPLACE');
    }
    await restore.exec();
    if (goesOn) await writer.set('c', 1);
    await eventually(async () => {
      expect(reader.stats().resyncs).toBeGreaterThan(0);
      expect(await reader.get('a')).toBeUndefined();
      expect(await writer.get('a')).toBeUndefined();
    });
    await writer.set('a', 'new');
    await eventually(async () => expect(await reader.get('a')).toBe('new'));
  });

  it('should not serve from memory longer than the bound while only its bus is cut off', async () => {
    const bus = await faultyProxy(replicas.place.url);
    const cut = await replicas.start({}, { url: bus.url, trustMemoryMs: 1_500 });
    await writer.set('a', 'old');
    expect(await cut.get('a')).toBe('old');
    // What arrives there is never read: commands go on, on their own connection.
    pauseLog(cut);
    await writer.set('a', 'new');
    await eventually(async () => expect(await cut.get('a')).toBe('new'));
    await writer.set('t', 'old', { tags: ['t'] });
    await writer.deleteByTag('t');
    await eventually(async () => expect(await cut.get('t')).toBeUndefined());
    await cut.close();
    await bus.close();
  });

  it('should rather load than serve what it has when Redis fails before it has caught up', async () => {
    const behind = await replicas.start({}, { trustMemoryMs: 1_500, failuresToOpen: 1_000 });
    await read();
    expect([...(await behind.getMany(['a', 'b'])).values()]).toEqual(['old', 'old']);
    pauseLog(behind);
    await writer.setMany([
      ['a', 'new'],
      ['b', 'new'],
    ]);
    // The log was not heard of for so long that Redis is asked.
    await eventually(async () => expect(await behind.get('a')).toBe('new'));
    Object.assign(clientOf(behind), {
      sendCommand: async (command: Command) => {
        command.reject(new Error('Command timed out'));
        return command.promise;
      },
    });
    const fails = () => {
      throw new Error('the source is away, too');
    };
    expect(await behind.get('b')).toBeUndefined();
    // With nothing else to serve, it is better than nothing.
    expect(await behind.getOrSet('b', fails)).toBe('old');
    expect(await behind.get('b', { allowStale: true })).toBe('old');
    expect(await behind.getOrSet('b', () => 'loaded')).toBe('loaded');
    expect(behind.stats()).toMatchObject({ outages: 0, staleHits: 1 });
  });
});
