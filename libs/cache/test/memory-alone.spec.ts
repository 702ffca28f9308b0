import { describe, expect, it } from '@jest/globals';

import { CacheValueError, TieredCache, type TieredCacheOptions, defineKey } from '../src/index.js';
import { heldLoader } from './held-loader.js';

interface Account {
  id: string;
  roles: string[];
}

const account = (id = '7'): Account => ({ id, roles: ['reader'] });

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
      const { load, started, letGo } = heldLoader('old');
      const loading = cache.getOrSet('a', load, { tags: ['t'] });
      await started;
      await invalidate();
      letGo();
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
