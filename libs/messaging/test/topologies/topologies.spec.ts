import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  certificatesForTest,
  eventually,
  redisClusterForTest,
  redisSentinelForTest,
  redisTlsForTest,
} from '@trilith/testing';

import type { MessagingOptions } from '../../src/index.js';
import { StoryTeller, stepsOf } from './story.js';

interface Servers {
  readonly redis: MessagingOptions['redis'];
  close(): Promise<void>;
}

const passwords = { password: 'ofTheServers', sentinelPassword: 'ofTheSentinels' };
const sentinelCredentials = { password: passwords.sentinelPassword };

const topologies = [
  {
    name: 'a cluster with a password',
    start: async (): Promise<Servers> => {
      const cluster = await redisClusterForTest({ password: passwords.password });
      return { redis: { url: cluster.url }, close: async () => cluster.close() };
    },
  },
  {
    name: 'a master that Sentinels watch, with passwords',
    start: async (): Promise<Servers> => {
      const trio = await redisSentinelForTest(passwords);
      return { redis: { url: trio.url, sentinelCredentials }, close: async () => trio.close() };
    },
  },
  {
    name: 'a server with TLS',
    start: async (): Promise<Servers> => {
      const server = await redisTlsForTest();
      const { ca, client } = server.certificates;
      return {
        redis: { url: server.url, tls: { ca, ...client } },
        close: async () => server.close(),
      };
    },
  },
  {
    name: 'a cluster with TLS and a password',
    start: async (): Promise<Servers> => {
      const tls = await certificatesForTest();
      const cluster = await redisClusterForTest({ tls, password: passwords.password });
      return {
        redis: { url: cluster.url, tls: { ca: tls.ca, ...tls.client } },
        close: async () => cluster.close(),
      };
    },
  },
  {
    name: 'a master that Sentinels watch, with TLS and passwords',
    start: async (): Promise<Servers> => {
      const tls = await certificatesForTest();
      const trio = await redisSentinelForTest({ tls, ...passwords });
      return {
        redis: { url: trio.url, tls: { ca: tls.ca, ...tls.client }, sentinelCredentials },
        close: async () => trio.close(),
      };
    },
  },
];

describe.each(topologies)('messaging on $name', ({ start }) => {
  let servers: Servers;
  const started: StoryTeller[] = [];
  const teller = async (options: Omit<MessagingOptions, 'redis'>) => {
    const service = await StoryTeller.start({ ...options, redis: servers.redis });
    started.push(service);
    return service;
  };

  beforeEach(async () => {
    servers = await start();
  });

  afterEach(async () => {
    await Promise.all(started.splice(0).map(async (service) => service.close()));
    await servers.close();
  });

  it('should answer each request once, whichever replica does', async () => {
    const one = await teller({ service: 'content' });
    await teller({ service: 'content' });
    const outside = await teller({ service: 'users' });
    const numbers = Array.from({ length: 200 }, (_, index) => index);
    const asked = numbers.flatMap((number) => [one.double(number), outside.double(number)]);
    expect(await Promise.all(asked)).toEqual(numbers.flatMap((number) => [2 * number, 2 * number]));
  });

  it('should hand on the events of several publishers, those of a key in their order', async () => {
    const publishers = await Promise.all(
      ['users', 'content', 'billing'].map(async (service) => teller({ service })),
    );
    const listener = await teller({
      service: 'analytics',
      subscribeTo: ['users', 'content', 'billing'],
    });
    const order = Array.from({ length: 50 }, (_, index) => index);
    await Promise.all(
      publishers.map(async (publisher, index) => publisher.tell(stepsOf(`key-${index}`, 50))),
    );
    await eventually(() => {
      for (const index of publishers.keys()) {
        expect(listener.story.of(`key-${index}`)).toEqual(order);
      }
    });
    expect(listener.story.seen).toHaveLength(150);
  });
});
