import { describe, afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  type ConnectionOptions,
  closeRedis,
  createBlockingRedis,
  createRedis,
  createSubscriber,
  whenReady,
} from '@trilith/redis';
import {
  type RedisClusterForTest,
  type RedisSentinelForTest,
  eventually,
  redisClusterForTest,
  redisSentinelForTest,
} from '@trilith/testing';

import { failureOf, using } from './topologies.js';

const password = 'ofTheServers';
const sentinelCredentials = { password: 'ofTheSentinels' };

/** Commands, a blocking read and a subscription: each logs in for itself. */
async function tryAll(options: ConnectionOptions): Promise<void> {
  const heard: string[] = [];
  const onMessage = (message: string) => heard.push(message);
  const subscriber = createSubscriber({ ...options, channels: ['news'], onMessage });
  await using(subscriber, async () =>
    using(createRedis(options), async (redis) =>
      using(createBlockingRedis({ ...options, key: 'queue' }), async (reader) => {
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
}

/** Why no connection comes about. */
async function refusal(options: Omit<ConnectionOptions, 'name'>): Promise<string> {
  const redis = createRedis({ ...options, name: 'stranger' });
  const failure = await failureOf(whenReady(redis, 2_000));
  await closeRedis(redis);
  return String(failure);
}

describe('a cluster with a password', () => {
  let cluster: RedisClusterForTest;

  beforeAll(async () => {
    cluster = await redisClusterForTest({ password });
  });

  afterAll(async () => {
    await cluster.close();
  });

  it('should let in who has it, also where a slot has gone', async () => {
    const options = { url: cluster.url, name: 'passwords-spec' };
    await tryAll(options);
    await cluster.moveSlotOf('queue');
    await tryAll(options);
  });

  it.each(['wrongOne', ''])('should refuse %j, and no message shows it', async (wrong) => {
    const told = await refusal({ url: cluster.url.replace(password, wrong) });
    expect(told).toMatch(/RedisUnavailableError/);
    expect(told).not.toContain('wrongOne');
    expect(told).not.toContain(password);
  });
});

describe('Sentinels and servers with passwords', () => {
  let trio: RedisSentinelForTest;

  beforeAll(async () => {
    const sentinelPassword = sentinelCredentials.password;
    trio = await redisSentinelForTest({ password, sentinelPassword });
  });

  afterAll(async () => {
    await trio.close();
  });

  it('should let in who has both, also after a failover', async () => {
    const options = { url: trio.url, name: 'passwords-spec', sentinelCredentials };
    await tryAll(options);
    await trio.failOver();
    await tryAll(options);
  });

  it.each([
    ['no password of the Sentinels', () => ({ url: trio.url }), /NOAUTH|Authentication required/],
    [
      'a wrong password of the Sentinels',
      () => ({ url: trio.url, sentinelCredentials: { password: 'wrongOne' } }),
      /WRONGPASS|NOAUTH/,
    ],
    [
      'a wrong password of the servers',
      () => ({ url: trio.url.replace(password, 'wrongOne'), sentinelCredentials }),
      /WRONGPASS|NOAUTH/,
    ],
  ])('should refuse %s, say why, and show none', async (_what, options, why) => {
    const told = await refusal(options());
    expect(told).toMatch(why);
    expect(told).not.toMatch(/wrongOne|ofThe/);
  });
});
