import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type RedisClient,
  closeRedis,
  createRedis,
  defineScript,
  runningNow,
  whenReady,
} from '@trilith/redis';
import { type RedisForTest, redisForTest } from '@trilith/testing';

const addUp = defineScript<[amount: number], number[]>({
  name: 'addUp',
  lua: new URL('./fixtures/addUp-2.lua', import.meta.url),
  keys: 2,
  parse: (reply) => reply as number[],
});

describe('a script that is sent at once', () => {
  let store: RedisForTest;
  let redis: RedisClient;

  beforeAll(async () => {
    store = await redisForTest();
    redis = createRedis({ url: store.url, name: 'send-now-spec' });
    await whenReady(redis, 10_000);
  });
  afterAll(async () => {
    await closeRedis(redis);
    await store.close();
  });

  it('should run before what was called earlier and waits for the end of the turn', async () => {
    const keys = [`${store.prefix}:a`, `${store.prefix}:b`];
    // Redis has to know the script, or it is sent twice.
    await addUp(redis, keys, [0]);
    const earlier = redis.incrby(`${store.prefix}:a`, 10);
    expect(await addUp(runningNow(redis), keys, [1])).toEqual([1, 1]);
    expect(await earlier).toBe(11);
  });

  it('should run by the calls of a client that takes no ready-made commands', async () => {
    const keys = [`${store.prefix}:c`, `${store.prefix}:d`];
    const double = {
      evalsha: redis.evalsha.bind(redis),
      eval: redis.eval.bind(redis),
    } as Pick<RedisClient, 'eval' | 'evalsha'>;
    expect(await addUp(runningNow(double), keys, [2])).toEqual([2, 2]);
  });
});
