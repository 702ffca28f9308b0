import { setTimeout as sleep } from 'node:timers/promises';

import { describe, afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  type RedisClient,
  checkServer,
  closeRedis,
  createBlockingRedis,
  createRedis,
  createSubscriber,
  createSubscriberBeside,
  defineScript,
  isRedisUnavailable,
  whenReady,
} from '@trilith/redis';
import { type RedisClusterForTest, eventually, redisClusterForTest } from '@trilith/testing';

import { failureOf, using } from './topologies.js';

const increase = defineScript<[amount: number], number>({
  name: 'increase',
  lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
  keys: 1,
  parse: Number,
});

const publish = defineScript<[channel: string, message: string], number>({
  name: 'publish',
  lua: "redis.call('INCR', KEYS[1]) return redis.call('PUBLISH', ARGV[1], ARGV[2])",
  keys: 1,
  parse: Number,
});

const keys = Array.from({ length: 60 }, (_, index) => `{key-${index}}`);

describe('a connection to a cluster', () => {
  let cluster: RedisClusterForTest;
  let redis: RedisClient;

  beforeEach(async () => {
    cluster = await redisClusterForTest();
    redis = createRedis({ url: cluster.url, name: 'cluster-spec', commandTimeoutMs: 1_000 });
    await whenReady(redis, 30_000);
  });

  afterEach(async () => {
    await closeRedis(redis);
    await cluster.close();
  });

  it('should reach every node with commands of one turn, and with scripts', async () => {
    expect(await Promise.all(keys.map(async (key) => redis.set(key, '1')))).toEqual(
      keys.map(() => 'OK'),
    );
    const calls = keys.map(async (key) => increase(redis, [key], [1]));
    expect(await Promise.all(calls)).toEqual(keys.map(() => 2));
    for (const node of cluster.nodes) await node.withClient(async (one) => one.script('FLUSH'));
    expect(await Promise.all(keys.map(async (key) => increase(redis, [key], [1])))).toEqual(
      keys.map(() => 3),
    );
  });

  it('should refuse a script whose keys lie in several slots', async () => {
    const both = defineScript<[], null>({
      name: 'both',
      lua: "return redis.call('MGET', KEYS[1], KEYS[2])",
      keys: 2,
      parse: () => null,
    });
    await expect(both(redis, ['{a}', '{b}'], [])).rejects.toThrow(/slot/);
  });

  it('should go on without an error while a slot moves', async () => {
    const moved = '{pears}:count';
    const others = keys.slice(0, 10);
    const over = new AbortController();
    const moving = cluster.moveSlotOf(moved).finally(() => over.abort());
    let turns = 0;
    while (!over.signal.aborted || turns < 100) {
      turns += 1;
      await Promise.all([moved, ...others].map(async (key) => redis.incr(key)));
    }
    await moving;
    expect(await redis.mget(moved)).toEqual([String(turns)]);
    for (const key of others) expect(await redis.get(key)).toBe(String(turns));
  });

  it('should fail at once what a dead node serves, go on with the rest, and follow a failover', async () => {
    const [lost = ''] = keys;
    const dead = await cluster.masterOf(lost);
    const masters = await Promise.all(keys.map(async (key) => cluster.masterOf(key)));
    const kept = keys[masters.findIndex((master) => master !== dead)] ?? '';
    await redis.set(lost, 'before');
    await dead.kill();
    await eventually(async () =>
      expect(isRedisUnavailable(await failureOf(redis.get(lost)))).toBe(true),
    );
    expect(await redis.set(kept, 'during')).toBe('OK');

    await eventually(async () => expect(await redis.set(lost, 'after')).toBe('OK'));
    await dead.restart();
    await cluster.settled();
    expect(await redis.get(lost)).toBe('after');
  });

  it('should let no command hang, and send none late, when a node stops answering', async () => {
    const [key = ''] = keys;
    const silent = await cluster.masterOf(key);
    silent.pause();
    const failures = await Promise.all(
      Array.from({ length: 20 }, async () => failureOf(redis.set(key, 'late'))),
    );
    expect(failures.every(isRedisUnavailable)).toBe(true);
    await eventually(async () => expect(await redis.set(key, 'in time')).toBe('OK'));
    silent.resume();
    await cluster.settled();
    expect(await redis.get(key)).toBe('in time');
  });

  it('should come back when all nodes were away, and send nothing late', async () => {
    await Promise.all(cluster.nodes.map(async (node) => node.kill()));
    await eventually(() => expect(redis.status).not.toBe('ready'));
    for (const key of keys) {
      expect(isRedisUnavailable(await failureOf(redis.set(key, 'late')))).toBe(true);
    }
    const [[failure] = []] = (await redis.pipeline().set('{a}', 'late').exec()) ?? [];
    expect(isRedisUnavailable(failure)).toBe(true);
    await Promise.all(cluster.nodes.map(async (node) => node.restart()));
    await cluster.settled();
    await eventually(async () => expect(await redis.ping()).toBe('PONG'));
    for (const key of [...keys, '{a}']) {
      expect(await eventually(async () => redis.get(key))).toBeNull();
    }
  });

  it('should tell its end when it is closed while all nodes are away', async () => {
    const beside = createSubscriberBeside(redis, { channels: ['any'], onMessage: () => {} });
    if (beside === undefined) throw new Error('no subscriber beside a cluster');
    const ended: string[] = [];
    redis.once('end', () => ended.push('client'));
    beside.once('end', () => ended.push('beside'));
    await Promise.all(cluster.nodes.map(async (node) => node.kill()));
    await eventually(() => expect(['close', 'reconnecting']).toContain(redis.status));
    await closeRedis(redis);
    await eventually(() => expect(ended.toSorted()).toEqual(['beside', 'client']));
    const late = createSubscriberBeside(redis, { channels: ['any'], onMessage: () => {} });
    late?.disconnect();
    expect(late).toBeUndefined();
  });

  it('should say of each master what does not fit, once', async () => {
    for (const node of cluster.nodes) {
      await node.withClient(async (one) => one.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    }
    expect(await checkServer(redis, { needs: ['noeviction', 'aof'] })).toEqual([
      'maxmemory-policy is allkeys-lru: data may be evicted; set it to noeviction',
    ]);
  });

  it('should hear what a script of any node publishes, also after its own node is gone', async () => {
    const heard: string[] = [];
    let subscriptions = 0;
    const subscriber = createSubscriber({
      url: cluster.url,
      name: 'subscriber',
      channels: ['news'],
      onMessage: (message) => heard.push(message),
      onSubscribed: () => (subscriptions += 1),
    });
    await using(subscriber, async () => {
      await eventually(() => expect(subscriptions).toBe(1));
      for (const key of keys.slice(0, 12)) await publish(redis, [key], ['news', key]);
      await eventually(() => expect(heard.toSorted()).toEqual(keys.slice(0, 12).toSorted()));

      const port = subscriber.stream.remotePort;
      await cluster.nodes.find((node) => node.port === port)?.kill();
      await eventually(() => expect(subscriptions).toBe(2));
      await eventually(async () => {
        await publish(redis, ['{again}'], ['news', 'again']);
        expect(heard).toContain('again');
      });
    });
  });

  it('should keep a blocking read at the node that serves its key, through a move and a failover', async () => {
    const key = '{queue}:work';
    const reader = createBlockingRedis({
      url: cluster.url,
      name: 'reader',
      key,
      maxBlockMs: 30_000,
    });
    const taken: string[] = [];
    const take = async () => {
      while (reader.status !== 'end') {
        const popped = await reader.blpop(key, 20).catch(() => null);
        if (popped) taken.push(popped[1]);
        else await sleep(50);
      }
    };
    await using(reader, async () => {
      const taking = take();
      await redis.rpush(key, 'first');
      await eventually(() => expect(taken).toEqual(['first']));

      await cluster.moveSlotOf(key);
      await eventually(async () => redis.rpush(key, 'moved'));
      await eventually(() => expect(taken).toEqual(['first', 'moved']));

      const after = await cluster.masterOf(key);
      await after.kill();
      await eventually(async () => redis.rpush(key, 'failed over'));
      await eventually(() => expect(taken).toContain('failed over'));
      await closeRedis(reader);
      await taking;
    });
  });

  it('should ask for the key that a blocking connection waits for', () => {
    expect(() => createBlockingRedis({ url: cluster.url, name: 'no-key' })).toThrow(/^key: /);
  });
});
