import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, defineScript, whenReady } from '@trilith/redis';
import { type RedisForTest, redisForTest } from '@trilith/testing';

const addUp = defineScript<[amount: number], number[]>({
  name: 'addUp',
  lua: new URL('./fixtures/addUp-2.lua', import.meta.url),
  keys: 2,
  parse: (reply) => reply as number[],
});

describe('a script', () => {
  let store: RedisForTest;
  let redis: RedisClient;

  beforeAll(async () => {
    store = await redisForTest();
    redis = createRedis({ url: store.url, name: 'script-spec' });
    await whenReady(redis, 10_000);
  });

  afterAll(async () => {
    await closeRedis(redis);
    await store.close();
  });

  it('should run with its keys and arguments, and give back what parse makes of the reply', async () => {
    const keys = [`${store.prefix}:a`, `${store.prefix}:b`];
    await redis.set(`${store.prefix}:b`, 10);
    expect(await addUp(redis, keys, [5])).toEqual([5, 15]);
  });

  it('should survive SCRIPT FLUSH, also with many calls under way', async () => {
    const keys = [`${store.prefix}:c`, `${store.prefix}:d`];
    const flushes = Array.from({ length: 5 }, async () => redis.script('FLUSH'));
    const calls = Array.from({ length: 100 }, async () => addUp(redis, keys, [1]));
    await Promise.all([...flushes, ...calls]);
    expect(await redis.get(`${store.prefix}:c`)).toBe('100');
  });

  it('should not send its text again once the server has it', async () => {
    const keys = [`${store.prefix}:e`, `${store.prefix}:f`];
    await addUp(redis, keys, [1]);
    const sent: string[] = [];
    const evaluate = redis.eval.bind(redis);
    redis.eval = ((...args: Parameters<typeof evaluate>) => {
      sent.push(String(args[0]));
      return evaluate(...args);
    }) as typeof redis.eval;
    await addUp(redis, keys, [1]);
    expect(sent).toEqual([]);
  });

  it('should refuse a wrong number of keys before anything is sent', async () => {
    await expect(addUp(redis, ['only-one'], [1])).rejects.toThrow('addUp takes 2 keys; got 1');
  });

  it('should pass on the error of a script that fails', async () => {
    await redis.set(`${store.prefix}:text`, 'no number');
    await expect(addUp(redis, [`${store.prefix}:text`, `${store.prefix}:g`], [1])).rejects.toThrow(
      'not an integer',
    );
  });

  it('should be refused when its file is named for another number of keys', () => {
    const define = () =>
      defineScript({
        name: 'addUp',
        lua: new URL('./fixtures/addUp-2.lua', import.meta.url),
        keys: 3,
        parse: Number,
      });
    expect(define).toThrow('should end in -3.lua');
  });
});
