import { describe, expect, it } from '@jest/globals';

import { TieredCache } from '../src/index.js';

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
