import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import type { TieredCache } from '../src/index.js';
import { heldLoader } from './held-loader.js';
import { Replicas, pauseLog } from './replicas.js';

describe('an invalidation', () => {
  let replicas: Replicas;
  let first: TieredCache;
  let second: TieredCache;

  beforeEach(async () => {
    replicas = await Replicas.create();
    [first, second] = [await replicas.start(), await replicas.start()];
  });

  afterEach(async () => {
    await replicas.close();
  });

  const tagged = { tags: ['t'], graceMs: 60_000 };

  describe.each<[title: string, write: (cache: TieredCache) => Promise<unknown>, after: unknown]>([
    ['set', async (cache) => cache.set('a', 'new', tagged), 'new'],
    ['delete', async (cache) => cache.delete('a'), undefined],
    ['expire', async (cache) => cache.expire('a'), undefined],
    ['deleteByTag', async (cache) => cache.deleteByTag('t'), undefined],
    ['expireByTag', async (cache) => cache.expireByTag('t'), undefined],
    ['clear', async (cache) => cache.clear(), undefined],
    [
      'writeThrough',
      async (cache) => cache.writeThrough('a', 'new', async () => undefined, tagged),
      'new',
    ],
  ])('by %s while a loader runs that has read the old value', (_title, write, after) => {
    it.each([
      ['its own process', 0],
      ['another process', 1],
    ])('should not be undone by the loader, written by %s', async (_where, writer) => {
      const { load, started, letGo } = heldLoader('old');
      const loading = first.getOrSet('a', load, tagged);
      await started;
      await write(writer === 0 ? first : second);
      letGo();
      expect(await loading).toBe('old');
      expect(await second.get('a')).toBe(after);
      await eventually(async () => expect(await first.get('a')).toBe(after));
      const late = await replicas.start();
      expect(await late.get('a')).toBe(after);
    });

    it('should not be undone when another loader is under way at the same time', async () => {
      const old = heldLoader('old');
      const loading = first.getOrSet('a', old.load, tagged);
      await old.started;
      await write(second);
      const younger = heldLoader('younger');
      const expected = after ?? 'younger';
      const next = second.getOrSet('a', younger.load, { ...tagged, softTimeoutMs: Infinity });
      old.letGo();
      await loading;
      younger.letGo();
      expect(await next).toBe(expected);
      expect((await second.inspect('a')).redis?.value).toBe(expected);
      await eventually(async () => expect(await first.get('a')).toBe(expected));
    });
  });

  it('should not be undone by a loader whose process has not heard of it', async () => {
    const deaf = await replicas.start();
    const { load, started, letGo } = heldLoader('old');
    const loading = deaf.getOrSet('a', load);
    await started;
    pauseLog(deaf);
    await second.delete('a');
    letGo();
    expect(await loading).toBe('old');
    expect((await second.inspect('a')).redis).toBeUndefined();
    expect(deaf.peek('a')).toBeUndefined();
    expect(deaf.stats().overtaken).toBe(1);
  });
});
