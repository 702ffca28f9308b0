import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type RedisClient,
  closeRedis,
  createRedis,
  createSubscriber,
  whenReady,
} from '@trilith/redis';
import {
  type FaultyProxy,
  type RedisForTest,
  eventually,
  faultyProxy,
  redisForTest,
} from '@trilith/testing';

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
