import { describe, afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ConnectionOptions, createRedis, isRedisUnavailable } from '@trilith/redis';
import {
  type CertificatesForTest,
  type RedisClusterForTest,
  type RedisSentinelForTest,
  type RedisTlsForTest,
  certificatesForTest,
  eventually,
  redisClusterForTest,
  redisSentinelForTest,
  redisTlsForTest,
} from '@trilith/testing';

import { failureOf, refusalOf, tryEveryKind, using } from './topologies.js';

type Given = Pick<ConnectionOptions, 'url' | 'tls'>;

/** Each lacks one thing, and is refused for it. */
const strangers: [
  what: string,
  (url: string, certificates: CertificatesForTest) => Given,
  RegExp,
][] = [
  [
    'an authority that nobody named',
    (url, { client }) => ({ url, tls: { ...client } }),
    /certificate/,
  ],
  ['a certificate of its own', (url, { ca }) => ({ url, tls: { ca } }), /RedisUnavailableError/],
  [
    'another name than the certificate has',
    (url, { ca, client }) => ({ url, tls: { ca, ...client, servername: 'elsewhere.example' } }),
    /elsewhere\.example/,
  ],
  ['TLS', (url) => ({ url: url.replace('rediss', 'redis') }), /RedisUnavailableError/],
];

const hostsOf = (url: string) => url.replace(/^.*:\/\//, '');

describe('a connection to one server with TLS', () => {
  let server: RedisTlsForTest;

  beforeAll(async () => {
    server = await redisTlsForTest();
  });

  afterAll(async () => {
    await server.close();
  });

  it('should trust the authority that it was given, and show its own certificate', async () => {
    const { ca, client } = server.certificates;
    await tryEveryKind({ url: server.url, name: 'tls-spec', tls: { ca, ...client } });
  });

  it.each(strangers)('should not be made without %s, and say why', async (_what, given, why) => {
    const refusal = await refusalOf(given(server.url, server.certificates));
    expect(refusal).toContain(hostsOf(server.url));
    expect(refusal).toMatch(why);
  });
});

describe('a connection to a cluster with TLS', () => {
  let certificates: CertificatesForTest;
  let cluster: RedisClusterForTest;
  let options: ConnectionOptions;

  beforeAll(async () => {
    certificates = await certificatesForTest();
    cluster = await redisClusterForTest({ tls: certificates });
    const { ca, client } = certificates;
    options = { url: cluster.url, name: 'tls-spec', tls: { ca, ...client } };
  });

  afterAll(async () => {
    await cluster.close();
  });

  it.each(strangers)('should not be made without %s, and say why', async (_what, given, why) => {
    const refusal = await refusalOf(given(cluster.url, certificates));
    expect(refusal).toContain(hostsOf(cluster.url));
    expect(refusal).toMatch(why);
  });

  it('should reach every node, and a slot that moves', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `{key-${index}}`);
    await using(createRedis(options), async (redis) => {
      const moving = cluster.moveSlotOf('{key-0}');
      expect(await Promise.all(keys.map(async (key) => redis.incr(key)))).toEqual(
        keys.map(() => 1),
      );
      await moving;
      expect(await redis.incr('{key-0}')).toBe(2);
    });
    await cluster.moveSlotOf('queue');
    await tryEveryKind(options);
  });

  it('should go on at the replica when the node of its key is killed', async () => {
    const dead = await cluster.masterOf('queue');
    await using(createRedis(options), async (redis) => {
      await dead.kill();
      expect(isRedisUnavailable(await failureOf(redis.get('queue')))).toBe(true);
      await eventually(async () => expect(await redis.set('{queue}:after', '1')).toBe('OK'));
    });
    expect(await cluster.masterOf('queue')).not.toBe(dead);
    await tryEveryKind(options);
  });
});

describe('a connection to a master that Sentinels watch, all with TLS', () => {
  let certificates: CertificatesForTest;
  let trio: RedisSentinelForTest;
  let options: ConnectionOptions;

  beforeAll(async () => {
    certificates = await certificatesForTest();
    trio = await redisSentinelForTest({ tls: certificates });
    const { ca, client } = certificates;
    options = { url: trio.url, name: 'tls-spec', tls: { ca, ...client } };
  });

  afterAll(async () => {
    await trio.close();
  });

  it.each(strangers)('should not be made without %s, and say why', async (_what, given, why) => {
    const refusal = await refusalOf(given(trio.url, certificates));
    expect(refusal).toContain(hostsOf(trio.url));
    expect(refusal).toMatch(why);
  });

  it('should follow when the master is killed', async () => {
    await tryEveryKind(options);
    const dead = await trio.master();
    await using(createRedis(options), async (redis) => {
      await dead.kill();
      expect(isRedisUnavailable(await failureOf(redis.set('during', '1')))).toBe(true);
      await eventually(async () => expect(await redis.set('after', '1')).toBe('OK'));
    });
    const after = await trio.master();
    expect(after).not.toBe(dead);
    expect(await after.withClient(async (one) => one.get('after'))).toBe('1');
    await dead.restart();
    await trio.settled();
    await tryEveryKind(options);
  });

  it('should follow when the roles are exchanged', async () => {
    await using(createRedis(options), async (redis) => {
      await trio.failOver();
      await eventually(async () => {
        expect(await redis.set('exchanged', '1')).toBe('OK');
        const master = await trio.master();
        expect(await master.withClient(async (one) => one.get('exchanged'))).toBe('1');
      });
    });
  });
});
