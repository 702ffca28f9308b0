import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { CacheClosedError } from '../src/index.js';
import { Replicas, clientOf } from './replicas.js';

interface Account {
  id: string;
  roles: string[];
}

const account = (id = '7'): Account => ({ id, roles: ['reader'] });
const never = () => {
  throw new Error('the loader must not run');
};

describe('the layers', () => {
  let replicas: Replicas;

  beforeEach(async () => {
    replicas = await Replicas.create();
  });

  afterEach(async () => {
    await replicas.close();
  });

  it('should ask memory, then Redis, then the loader', async () => {
    const first = await replicas.start();
    const second = await replicas.start();
    expect(await first.getOrSet('a', () => account())).toEqual(account());
    expect(await first.getOrSet('a', never)).toEqual(account());
    expect(await second.getOrSet('a', never)).toEqual(account());
    expect(second.peek('a')).toEqual(account());
    expect(first.stats()).toMatchObject({ loads: 1, memoryHits: 1, redisHits: 0 });
    expect(second.stats()).toMatchObject({ loads: 0, memoryHits: 0, redisHits: 1 });
  });

  it('should let memory answer for a tenth of the time to live, unless said otherwise', async () => {
    const cache = await replicas.start();
    await cache.set('short', 1, { ttlMs: 60_000, memoryTtlMs: 0 });
    await cache.set('long', 1, { ttlMs: 60_000 });
    expect(cache.peek('short')).toBeUndefined();
    expect(cache.peek('long')).toBe(1);
    await cache.set('tenth', 1, { ttlMs: 300 });
    await eventually(() => expect(cache.peek('tenth')).toBeUndefined(), { intervalMs: 5 });
  });

  it('should work on Redis alone', async () => {
    const cache = await replicas.start({ memory: false });
    expect(await cache.getOrSet('a', () => account())).toEqual(account());
    expect(cache.peek('a')).toBeUndefined();
    expect(await cache.getOrSet('a', never)).toEqual(account());
    expect(cache.stats()).toMatchObject({ loads: 1, redisHits: 1, memoryHits: 0 });
    await cache.delete('a');
    expect(await cache.get('a')).toBeUndefined();
  });

  it('should read many keys, and write and delete them', async () => {
    const cache = await replicas.start();
    const other = await replicas.start();
    await cache.setMany([
      ['a', 1],
      ['b', 2],
      ['c', null],
    ]);
    const found = await other.getMany<number | null>(['a', 'b', 'c', 'missing']);
    expect([...found]).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', null],
    ]);
    await other.deleteMany(['a', 'b']);
    expect([...(await other.getMany(['a', 'b', 'c'])).keys()]).toEqual(['c']);
  });

  it('should ask Redis for many keys in one command', async () => {
    const cache = await replicas.start({ memory: false });
    await cache.setMany([
      ['a', 1],
      ['b', 2],
    ]);
    const client = clientOf(cache);
    const sent: string[][] = [];
    const send = client.mgetBuffer.bind(client) as (keys: string[]) => Promise<Buffer[]>;
    Object.assign(client, {
      mgetBuffer: async (keys: string[]) => {
        sent.push(keys);
        return send(keys);
      },
    });
    expect((await cache.getMany(['a', 'b', 'missing'])).size).toBe(2);
    expect(sent).toEqual([['v:a', 'v:b', 'v:missing'].map((name) => replicas.redisKey(name))]);
  });

  it('should keep namespaces apart, and clear one alone', async () => {
    const cache = await replicas.start();
    const other = await replicas.start();
    const [users, posts] = [cache.namespace('users'), cache.namespace('posts')];
    await Promise.all([cache.set('1', 'root'), users.set('1', 'user'), posts.set('1', 'post')]);
    await users.namespace('old').set('1', 'old user');
    expect(await users.getOrSet('1', never)).toBe('user');
    await other.namespace('users').clear();
    expect(await other.namespace('users').get('1')).toBeUndefined();
    expect(await other.namespace('users').namespace('old').get('1')).toBeUndefined();
    expect(await other.namespace('posts').get('1')).toBe('post');
    expect(await other.get('1')).toBe('root');
    await eventually(() => expect(users.peek('1')).toBeUndefined());
    expect(posts.peek('1')).toBe('post');
    await users.getOrSet('1', () => 'new user', { tags: ['t'] });
    await users.clear();
    expect(await users.get('1')).toBeUndefined();
  });

  it('should use the hash of a long key, and keep long keys apart', async () => {
    const cache = await replicas.start();
    const long = 'k'.repeat(10_000);
    await cache.set(`${long}a`, 1);
    await cache.set(`${long}b`, 2);
    expect(await cache.get(`${long}a`)).toBe(1);
    expect(await cache.get(`${long}b`)).toBe(2);
    expect((await cache.inspect(`${long}a`)).key.length).toBeLessThan(200);
    const other = await replicas.start();
    expect(await other.get(`${long}a`)).toBe(1);
    await other.delete(`${long}a`);
    await eventually(() => expect(cache.peek(`${long}a`)).toBeUndefined());
  });

  it('should tell what each layer has of a key', async () => {
    const cache = await replicas.start();
    await cache.set('a', account(), { tags: ['x'], etag: 'v1', ttlMs: 60_000, graceMs: 1_000 });
    const { memory, redis, leaseMs } = await cache.inspect('a');
    const facts = { freshness: 'fresh', value: account(), tags: ['x'], etag: 'v1' };
    expect(memory).toMatchObject(facts);
    expect(redis).toMatchObject({ ...facts, position: memory?.position });
    expect(redis?.goneInMs).toBeGreaterThan(redis?.freshForMs ?? Infinity);
    expect(leaseMs).toBeUndefined();
    expect((await cache.inspect('none')).memory).toBeUndefined();
  });

  it('should load what is missing of the keys to warm up, a few at a time', async () => {
    const cache = await replicas.start();
    await cache.set('2', 'there');
    const asked: string[] = [];
    const both = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    await cache.warmUp(
      ['1', '2', '3', '4', '5'],
      async ({ key }) => {
        asked.push(key);
        running += 1;
        most = Math.max(most, running);
        // The first two wait for each other.
        if (running === 2) both.resolve();
        await both.promise;
        running -= 1;
        return key;
      },
      { concurrency: 2 },
    );
    expect(asked.toSorted()).toEqual(['1', '3', '4', '5']);
    expect(most).toBe(2);
    expect(await cache.get('2')).toBe('there');
  });

  it('should fail all calls once it is closed, with an error of its own', async () => {
    const cache = await replicas.start();
    await cache.close();
    await cache.close();
    await expect(cache.getOrSet('a', () => 1)).rejects.toBeInstanceOf(CacheClosedError);
    await expect(cache.set('a', 1)).rejects.toBeInstanceOf(CacheClosedError);
  });
});
