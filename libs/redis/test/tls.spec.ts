import { describe, afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  closeRedis,
  createBlockingRedis,
  createRedis,
  createSubscriber,
  whenReady,
} from '@trilith/redis';
import { type RedisTlsForTest, eventually, redisTlsForTest } from '@trilith/testing';

import { failureOf, using } from './topologies.js';

describe('a connection with TLS', () => {
  let server: RedisTlsForTest;

  beforeAll(async () => {
    server = await redisTlsForTest();
  });

  afterAll(async () => {
    await server.close();
  });

  it('should trust the authority that it was given, and show its own certificate', async () => {
    const { ca, client } = server.certificates;
    const options = { url: server.url, name: 'tls-spec', tls: { ca, ...client } };
    const heard: string[] = [];
    const subscriber = createSubscriber({
      ...options,
      channels: ['news'],
      onMessage: (message) => heard.push(message),
    });
    await using(subscriber, async () =>
      using(createRedis(options), async (redis) =>
        using(createBlockingRedis(options), async (reader) => {
          const popped = reader.blpop('queue', 5);
          await redis.rpush('queue', 'work');
          expect(await popped).toEqual(['queue', 'work']);
          await eventually(async () => {
            await redis.publish('news', 'today');
            expect(heard).toContain('today');
          });
        }),
      ),
    );
  });

  it.each([
    ['an authority that nobody named', () => ({ ...server.certificates.client }), /certificate/],
    ['a certificate of its own', () => ({ ca: server.certificates.ca }), /./],
    [
      'another name than the certificate has',
      () => ({
        ca: server.certificates.ca,
        ...server.certificates.client,
        servername: 'elsewhere.example',
      }),
      /elsewhere\.example/,
    ],
  ])('should not be made without %s, and say why', async (_what, tls, why) => {
    const redis = createRedis({ url: server.url, name: 'stranger', tls: tls() });
    const failure = await failureOf(whenReady(redis, 1_000));
    await closeRedis(redis);
    expect(String(failure)).toContain(server.url.replace('rediss://', ''));
    expect(String(failure)).toMatch(why);
  });
});
