import { describe, afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  type RedisClusterForTest,
  type RedisSentinelForTest,
  redisClusterForTest,
  redisSentinelForTest,
} from '@trilith/testing';

import { refusalOf, tryEveryKind } from './topologies.js';

const password = 'ofTheServers';
const sentinelCredentials = { password: 'ofTheSentinels' };

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
    await tryEveryKind(options);
    await cluster.moveSlotOf('queue');
    await tryEveryKind(options);
  });

  it.each(['wrongOne', ''])('should refuse %j, and no message shows it', async (wrong) => {
    const told = await refusalOf({ url: cluster.url.replace(password, wrong) });
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
    await tryEveryKind(options);
    await trio.failOver();
    await tryEveryKind(options);
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
    const told = await refusalOf(options());
    expect(told).toMatch(why);
    expect(told).not.toMatch(/wrongOne|ofThe/);
  });
});
