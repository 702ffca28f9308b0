import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import type { TieredCache } from '../src/index.js';
import { Replicas } from './replicas.js';

/** A loader that says when it has read its source, and goes on when it is let. */
function heldLoader(value: string) {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const load = async () => {
    started.resolve();
    await gate.promise;
    return value;
  };
  return { load, started: started.promise, letGo: () => gate.resolve() };
}

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

  it.each<[title: string, invalidate: () => Promise<unknown>]>([
    ['delete', async () => first.delete('a')],
    ['deleteByTag', async () => first.deleteByTag('t')],
    ['clear', async () => first.clear()],
  ])('%s should remove the value everywhere', async (_title, invalidate) => {
    await first.set('a', 1, tagged);
    expect(await second.get('a')).toBe(1);
    expect(second.peek('a')).toBe(1);
    await invalidate();
    expect(first.peek('a')).toBeUndefined();
    expect(await first.get('a', { allowStale: true })).toBeUndefined();
    await eventually(() => expect(second.peek('a')).toBeUndefined());
    expect(await second.get('a', { allowStale: true })).toBeUndefined();
    expect(await second.getOrSet('a', () => 2)).toBe(2);
    expect(await first.get('a')).toBe(2);
  });

  it.each<[title: string, invalidate: () => Promise<unknown>]>([
    ['expire', async () => first.expire('a')],
    ['expireByTag', async () => first.expireByTag('t')],
  ])('%s should leave the value to its grace everywhere', async (_title, invalidate) => {
    await first.set('a', 1, tagged);
    await first.set('no grace', 1, { tags: ['t'] });
    expect(await second.get('a')).toBe(1);
    await invalidate();
    await eventually(() => expect(second.peek('a')).toBeUndefined());
    for (const cache of [first, second]) {
      expect(await cache.get('a')).toBeUndefined();
      expect(await cache.get('a', { allowStale: true })).toBe(1);
    }
    const fresh = { ...tagged, softTimeoutMs: Infinity };
    expect(await second.getOrSet('a', () => 2, fresh)).toBe(2);
    await eventually(async () => expect(await first.get('a')).toBe(2));
  });

  it('should expire what has no grace for good', async () => {
    await first.set('a', 1, { tags: ['t'] });
    await first.expire('a');
    expect(await first.get('a', { allowStale: true })).toBeUndefined();
    await first.set('a', 1, { tags: ['t'] });
    await first.expireByTag('t');
    expect(await second.get('a', { allowStale: true })).toBeUndefined();
  });

  it('should hold for a tag that a replica was never told of', async () => {
    await first.set('a', 1, { tags: ['t'], ttlMs: 60_000 });
    await first.deleteByTag('t');
    const late = await replicas.start();
    expect(await late.get('a')).toBeUndefined();
    await first.set('b', 1, { tags: ['u', 'v'] });
    const later = await replicas.start();
    expect(await later.get('b')).toBe(1);
    await first.deleteByTag('v');
    await eventually(() => expect(later.peek('b')).toBeUndefined());
    expect(await later.get('b')).toBeUndefined();
  });

  it('should hold for more tags than are remembered', async () => {
    const small = await replicas.start({}, { maxKnownTags: 5 });
    await small.setMany([['a', 1]], { tags: ['t0'] });
    await small.setMany([['kept', 1]], { tags: ['other'] });
    for (let n = 0; n < 20; n += 1) await small.deleteByTag(`t${n}`);
    expect(await small.get('a')).toBeUndefined();
    expect(await small.get('kept')).toBe(1);
  });

  it('should be the last write that wins, in every replica', async () => {
    for (let round = 0; round < 20; round += 1) {
      const writes = [first, second].flatMap((cache, at) => [
        cache.set('a', `${round} ${at} 0`),
        cache.set('a', `${round} ${at} 1`),
      ]);
      await Promise.all(writes);
      const onRedis = (await first.inspect('a')).redis?.value;
      await eventually(async () => {
        expect(await first.get('a')).toBe(onRedis);
        expect(await second.get('a')).toBe(onRedis);
      });
      for (const cache of [first, second]) {
        expect([undefined, onRedis]).toContain(cache.peek('a'));
      }
    }
  });

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
    const { core } = deaf as unknown as {
      core: { follower: { connection: { stream: { pause(): void } } } };
    };
    const { load, started, letGo } = heldLoader('old');
    const loading = deaf.getOrSet('a', load);
    await started;
    core.follower.connection.stream.pause();
    await second.delete('a');
    letGo();
    expect(await loading).toBe('old');
    expect((await second.inspect('a')).redis).toBeUndefined();
    expect(deaf.peek('a')).toBeUndefined();
    expect(deaf.stats().overtaken).toBe(1);
  });

  it('should not be undone by a read of Redis that is answered after it is heard of', async () => {
    for (let round = 0; round < 30; round += 1) {
      await first.set('a', `old ${round}`);
      const reading = second.get('a');
      const deleting = first.delete('a');
      await Promise.all([reading, deleting]);
      await eventually(() => expect(second.peek('a')).toBeUndefined());
      expect(await second.get('a')).toBeUndefined();
    }
  });

  it('should be told to those who listen, in every replica', async () => {
    const heard: string[] = [];
    const stop = second.on('invalidated', ({ kind, name }) => heard.push(`${kind} ${name}`));
    await first.set('a', 1);
    await first.delete('a');
    await first.expireByTag('t');
    await first.clear();
    const all = ['written a', 'deleted a', 'tag-expired t', 'cleared '];
    await eventually(() => expect(heard).toEqual(all));
    stop();
  });
});

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
