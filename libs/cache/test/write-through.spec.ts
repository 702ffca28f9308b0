import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import type { TieredCache } from '../src/index.js';
import { Replicas } from './replicas.js';

describe('writing through', () => {
  let replicas: Replicas;
  let cache: TieredCache;

  beforeEach(async () => {
    replicas = await Replicas.create();
    cache = await replicas.start();
  });

  afterEach(async () => {
    await replicas.close();
  });

  it('should write the source, then the value, then what depends on it, in every replica', async () => {
    const other = await replicas.start();
    await other.set('list', ['old'], { tags: ['lists'] });
    await other.set('count', 1);
    await other.set('a', 'old', { tags: ['lists'] });
    const source = new Map<string, string>();
    await cache.writeThrough(
      'a',
      'new',
      async (value) => {
        expect(await other.get('a')).toBe('old');
        source.set('a', value);
      },
      { tags: ['lists'], invalidates: { keys: ['count'], tags: ['lists'] } },
    );
    expect(source.get('a')).toBe('new');
    expect(cache.peek('a')).toBe('new');
    await eventually(async () => {
      const found = await other.getMany(['a', 'list', 'count']);
      expect([...found]).toEqual([['a', 'new']]);
    });
  });

  it('should cache what the source made of the value', async () => {
    await cache.writeThrough('a', { n: 1 }, async (value) => ({ ...value, n: value.n + 1 }));
    expect(await cache.get('a')).toEqual({ n: 2 });
  });

  it('should leave the cache as it was when the source fails', async () => {
    await cache.set('a', 'old');
    await cache.set('list', ['a']);
    const failing = cache.writeThrough(
      'a',
      'new',
      async () => {
        throw new Error('constraint violated');
      },
      { invalidates: { keys: ['list'] } },
    );
    await expect(failing).rejects.toThrow('constraint violated');
    expect([...(await cache.getMany(['a', 'list']))]).toEqual([
      ['a', 'old'],
      ['list', ['a']],
    ]);
  });
});
