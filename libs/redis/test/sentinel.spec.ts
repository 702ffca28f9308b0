import { describe, afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  type RedisClient,
  closeRedis,
  createBlockingRedis,
  createRedis,
  createSubscriber,
  isRedisUnavailable,
  whenReady,
} from '@trilith/redis';
import { type RedisSentinelForTest, eventually, redisSentinelForTest } from '@trilith/testing';

import { failureOf, using } from './topologies.js';

describe('a connection to a master that Sentinels watch', () => {
  let trio: RedisSentinelForTest;
  let redis: RedisClient;

  beforeEach(async () => {
    trio = await redisSentinelForTest();
    redis = createRedis({ url: trio.url, name: 'sentinel-spec', commandTimeoutMs: 1_000 });
    await whenReady(redis, 30_000);
  });

  afterEach(async () => {
    await closeRedis(redis);
    await trio.close();
  });

  it('should be made to the master', async () => {
    expect(await redis.set('pears', '5')).toBe('OK');
    const master = await trio.master();
    expect(await master.withClient(async (one) => one.get('pears'))).toBe('5');
  });

  it('should follow when the master is killed, without a call that hangs', async () => {
    const before = await trio.master();
    await before.kill();
    const failure = await failureOf(redis.set('during', '1'));
    expect(isRedisUnavailable(failure)).toBe(true);

    await eventually(async () => expect(await redis.set('after', '1')).toBe('OK'));
    const after = await trio.master();
    expect(after).not.toBe(before);
    expect(await after.withClient(async (one) => one.get('after'))).toBe('1');
    expect(await redis.get('during')).toBeNull();
  });

  it('should follow when the master hangs', async () => {
    const before = await trio.master();
    before.pause();
    await eventually(async () => expect(await redis.set('after', '1')).toBe('OK'), {
      timeoutMs: 50_000,
    });
    before.resume();
    await trio.settled();
    expect(await redis.get('after')).toBe('1');
  });

  it('should follow when the roles are exchanged, and a write to the old master fails', async () => {
    const before = await trio.master();
    const failures: unknown[] = [];
    const over = new AbortController();
    const writing = (async () => {
      for (let count = 0; !over.signal.aborted; count += 1) {
        const failure = await failureOf(redis.set('count', count));
        if (failure) failures.push(failure);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    await trio.failOver();
    await eventually(async () => {
      expect(await redis.set('after', '1')).toBe('OK');
      expect(await (await trio.master()).withClient(async (one) => one.get('after'))).toBe('1');
    });
    over.abort();
    await writing;
    expect(failures.filter((failure) => !isRedisUnavailable(failure))).toEqual([]);
    await eventually(async () => {
      expect(await before.withClient(async (one) => one.info('replication'))).toMatch(/role:slave/);
    });
  });

  it('should not need every Sentinel', async () => {
    const [first] = trio.sentinels;
    await first?.kill();
    const another = createRedis({ url: trio.url, name: 'another' });
    await using(another, async () => expect(await another.ping()).toBe('PONG'));
  });

  it('should subscribe again, and read again, at the new master', async () => {
    const heard: string[] = [];
    const subscriber = createSubscriber({
      url: trio.url,
      name: 'subscriber',
      channels: ['news'],
      onMessage: (message) => heard.push(message),
    });
    const reader = createBlockingRedis({ url: trio.url, name: 'reader' });
    await using(subscriber, async () =>
      using(reader, async () => {
        const reading = failureOf(reader.blpop('queue', 60));
        await (await trio.master()).kill();
        expect(isRedisUnavailable(await reading)).toBe(true);

        await eventually(async () => {
          await redis.publish('news', 'after');
          expect(heard).toContain('after');
        });
        await whenReady(reader, 30_000);
        const popped = reader.blpop('queue', 5);
        await redis.rpush('queue', 'after');
        expect(await popped).toEqual(['queue', 'after']);
      }),
    );
  });

  it('should say which Sentinels were asked for which master, and keep the password', async () => {
    const url = trio.url.replace('://', '://user:secret@').replace(/main$/, 'other');
    const lost = createRedis({ url, name: 'lost' });
    const failure = String(await failureOf(whenReady(lost, 500)));
    await closeRedis(lost);
    expect(failure).toContain('/other');
    expect(failure).toContain('no master is called other');
    expect(failure).not.toContain('secret');
  });
});
