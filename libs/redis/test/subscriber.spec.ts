import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type RedisClient,
  closeRedis,
  createRedis,
  createSubscriber,
  createSubscriberBeside,
  whenReady,
} from '@trilith/redis';
import {
  type FaultyProxy,
  type RedisForTest,
  eventually,
  faultyProxy,
  redisForTest,
} from '@trilith/testing';
import { Redis } from 'ioredis';

describe('a subscriber', () => {
  let store: RedisForTest;
  let proxy: FaultyProxy;
  let publisher: RedisClient;
  let subscriber: RedisClient;
  let channel: string;
  let subscriptions = 0;
  const heard: string[] = [];

  beforeEach(async () => {
    store = await redisForTest();
    proxy = await faultyProxy(store.url);
    channel = `${store.prefix}:channel`;
    publisher = createRedis({ url: store.url, name: 'publisher' });
    await whenReady(publisher, 30_000);
    subscriber = createSubscriber({
      url: proxy.url,
      name: 'subscriber',
      channels: [channel],
      onMessage: (message, from) => heard.push(`${from} ${message}`),
      onSubscribed: () => (subscriptions += 1),
    });
    await eventually(() => {
      if (subscriptions === 0) throw new Error('not subscribed yet');
    });
  });

  afterEach(async () => {
    await closeRedis(subscriber);
    await closeRedis(publisher);
    await proxy.close();
    await store.close();
  });

  it('should hear its channels, and again after its connection broke', async () => {
    await publisher.publish(channel, 'first');
    await eventually(() => expect(heard).toEqual([`${channel} first`]));

    proxy.cut();
    await eventually(() => expect(subscriber.status).not.toBe('ready'));
    proxy.heal();
    await eventually(() => expect(subscriptions).toBe(2));
    await publisher.publish(channel, 'second');
    await eventually(() => expect(heard).toEqual([`${channel} first`, `${channel} second`]));
  });
});

describe('a subscriber beside a client', () => {
  let store: RedisForTest;

  beforeEach(async () => {
    store = await redisForTest();
  });
  afterEach(async () => {
    await store.close();
  });

  it.each([
    ['of this library', (url: string): RedisClient => createRedis({ url, name: 'beside' })],
    ['of ioredis', (url: string): RedisClient => new Redis(url, { enableAutoPipelining: true })],
  ])('%s should hear where that one publishes, and end with it', async (_title, open) => {
    const client = open(store.url);
    const heard: string[] = [];
    const subscribed = Promise.withResolvers<void>();
    const subscriber = createSubscriberBeside(client, {
      channels: [`${store.prefix}:beside`],
      onMessage: (message) => heard.push(message),
      onSubscribed: subscribed.resolve,
    });
    await subscribed.promise;
    await client.publish(`${store.prefix}:beside`, 'hello');
    await eventually(() => expect(heard).toEqual(['hello']));
    await closeRedis(client);
    await eventually(() => expect(subscriber?.status).toBe('end'));
  });

  it('should end with its client when that is closed while neither can connect', async () => {
    await using proxy = await faultyProxy(store.url);
    const client = createRedis({ url: proxy.url, name: 'away' });
    await whenReady(client, 30_000);
    const beside = createSubscriberBeside(client, { channels: ['any'], onMessage: () => {} });
    const ended = Promise.withResolvers<void>();
    beside?.once('end', ended.resolve);
    proxy.cut();
    await eventually(() => expect(client.status).toBe('reconnecting'));
    await closeRedis(client);
    await ended.promise;
    const late = createSubscriberBeside(client, { channels: ['any'], onMessage: () => {} });
    late?.disconnect();
    expect(late).toBeUndefined();
  });

  it('should not be there beside something that is no connection', () => {
    const double = { evalsha: async () => null };
    const beside = createSubscriberBeside(double, { channels: ['any'], onMessage: () => {} });
    expect(beside).toBeUndefined();
  });

  it('should not be there beside a client that is closed: nothing would ever close it', async () => {
    const client = createRedis({ url: store.url, name: 'closed' });
    await closeRedis(client);
    await eventually(() => expect(client.status).toBe('end'));
    const beside = createSubscriberBeside(client, { channels: ['any'], onMessage: () => {} });
    beside?.disconnect();
    expect(beside).toBeUndefined();
  });
});
