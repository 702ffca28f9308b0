import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import {
  CacheClosedError,
  CacheValueError,
  TieredCache,
  type TieredCacheOptions,
  defineKey,
} from '../src/index.js';
import { Replicas } from './replicas.js';

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
    await cache.set('all', 1, { ttlMs: 60_000, memoryTtlMs: 60_000 });
    expect((await cache.inspect('all')).redis?.value).toBe(1);
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

describe('a cache in memory alone', () => {
  const open = (options: Partial<TieredCacheOptions> = {}) =>
    new TieredCache({ name: 'memory', ...options });

  it('should load, keep, invalidate and clear', async () => {
    const cache = open();
    expect(await cache.getOrSet('a', () => 1, { tags: ['t'] })).toBe(1);
    expect(cache.peek('a')).toBe(1);
    await cache.deleteByTag('t');
    expect(cache.peek('a')).toBeUndefined();
    await cache.set('a', 2);
    await cache.set('b', 3);
    await cache.delete('a');
    expect([await cache.get('a'), await cache.get('b')]).toEqual([undefined, 3]);
    await cache.clear();
    expect(await cache.get('b')).toBeUndefined();
    expect(await cache.getOrSet('b', () => 4)).toBe(4);
    await cache.close();
  });

  it('should not keep what was loaded while its key or tag was invalidated', async () => {
    const cache = open();
    for (const invalidate of [
      async () => cache.delete('a'),
      async () => cache.deleteByTag('t'),
      async () => cache.clear(),
      async () => cache.expire('a'),
    ]) {
      const gate = Promise.withResolvers<string>();
      const started = Promise.withResolvers<void>();
      const load = async () => {
        started.resolve();
        return gate.promise;
      };
      const loading = cache.getOrSet('a', load, { tags: ['t'] });
      await started.promise;
      await invalidate();
      gate.resolve('old');
      expect(await loading).toBe('old');
      expect(await cache.get('a')).toBeUndefined();
    }
    await cache.close();
  });

  it('should hold no more entries and bytes than it may', async () => {
    const few = open({ memory: { maxEntries: 3 } });
    for (const key of ['a', 'b', 'c', 'd', 'e']) await few.set(key, key);
    expect(few.stats()).toMatchObject({ memoryEntries: 3, evictions: 2 });
    expect(few.peek('a')).toBeUndefined();
    expect(few.peek('e')).toBe('e');
    const small = open({ memory: { maxBytes: 50_000 } });
    for (let n = 0; n < 20; n += 1) await small.set(`key${n}`, 'x'.repeat(10_000));
    expect(small.stats().memoryBytes).toBeLessThanOrEqual(50_000);
    expect(small.stats().memoryEntries).toBe(4);
    await Promise.all([few.close(), small.close()]);
  });

  it('should freeze, copy or share values, as it is told', async () => {
    const frozen = open();
    const given = account();
    const first = await frozen.getOrSet('a', () => given);
    expect(() => first.roles.push('admin')).toThrow(TypeError);
    given.roles.push('admin');
    expect(await frozen.get('a')).toEqual(account());

    const copied = open({ isolation: 'copied' });
    const callers = await Promise.all([
      copied.getOrSet('a', () => account()),
      copied.getOrSet('a', () => account()),
    ]);
    callers[0].roles.push('admin');
    expect(callers[1]).toEqual(account());
    expect(await copied.get('a')).toEqual(account());
    expect(copied.stats().loads).toBe(1);

    const shared = open({ isolation: 'shared' });
    const map = new Map([['a', 1]]);
    expect(await shared.getOrSet('a', () => map)).toBe(map);
    expect(shared.peek('a')).toBe(map);
    await Promise.all([frozen.close(), copied.close(), shared.close()]);
  });

  it('should give what the codec keeps, whether it was loaded or cached', async () => {
    const cache = open();
    const date = new Date(0);
    expect(await cache.getOrSet<unknown>('a', () => ({ date }))).toEqual({
      date: date.toISOString(),
    });
    expect(cache.peek('a')).toEqual({ date: date.toISOString() });
    await expect(cache.set('b', { big: 1n })).rejects.toBeInstanceOf(CacheValueError);
    await cache.close();
  });

  it('should type values by keys', async () => {
    const accountKey = defineKey<Account>()('account', (id: string) => id);
    const cache = open();
    const loaded: Account = await cache.getOrSet(accountKey('7'), () => account());
    const found: Account | undefined = await cache.get(accountKey('7'));
    expect(found).toEqual(loaded);
    expect(await cache.get('account:7')).toEqual(loaded);
    // @ts-expect-error a key of accounts takes no number
    await cache.set(accountKey('8'), 8);
    await cache.close();
  });
});

describe('options', () => {
  it.each<[options: object, message: string]>([
    [{ name: 'two words' }, 'name: got "two words"; takes letters, digits, and any of _ . : -'],
    [{ memory: false }, 'memory: got false; takes false only where redis is given'],
    [{ memory: { maxEntries: 0 } }, 'memory.maxEntries: got 0; takes a whole number from 1'],
    [{ defaults: { ttlMs: -1 } }, 'ttlMs: got -1; takes a whole number of milliseconds from 1'],
    [{ defaults: { ttlMs: 1.5 } }, 'ttlMs: got 1.5; takes'],
    [{ defaults: { ttlMs: 8 * 86_400_000 } }, 'ttlMs + graceMs: got 691200000; takes at most'],
    [{ defaults: { jitter: 1 } }, 'jitter: got 1; takes a share from 0 to below 1'],
    [{ defaults: { earlyRefresh: 0 } }, 'earlyRefresh: got 0; takes a share'],
    [{ defaults: { tags: [''] } }, 'tags: got ""; takes texts of 1 to 200 characters'],
    [{ defaults: { tags: ['@ns/x'] } }, 'tags: got "@ns/x"; takes texts'],
    [{ isolation: 'loose' }, 'isolation: got "loose"; takes frozen, copied or shared'],
    [{ codec: { id: 0, name: 'x' } }, 'codec.id: got 0; takes a whole number from 1 to 255'],
    [{ compression: { algorithm: 'lzw' } }, 'compression.algorithm: got "lzw"; takes gzip or zstd'],
  ])('should refuse %j', (options, message) => {
    const open = () => new TieredCache({ name: 'wrong', ...options });
    expect(open).toThrow(message);
  });

  it('should refuse a wrong option of a call, and a wrong key', async () => {
    const cache = new TieredCache({ name: 'right' });
    await expect(cache.getOrSet('a', () => 1, { ttlMs: 0 })).rejects.toThrow('ttlMs: got 0');
    await expect(cache.set('', 1)).rejects.toThrow('key: got ""');
    await expect(cache.deleteByTag('')).rejects.toThrow('tags: got ""');
    expect(() => cache.namespace('a/b')).toThrow('namespace: got "a/b"');
    await cache.close();
  });
});
