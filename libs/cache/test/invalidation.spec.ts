import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import type { TieredCache } from '../src/index.js';
import { Replicas, clientOf } from './replicas.js';

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

  it.each<[title: string, sweeps: ('expireByTag' | 'deleteByTag')[]]>([
    ['soft, then hard', ['expireByTag', 'deleteByTag']],
    ['hard, then soft', ['deleteByTag', 'expireByTag']],
  ])('should leave nothing of a tag that was invalidated %s', async (_title, sweeps) => {
    await first.set('a', 1, tagged);
    expect(await second.get('a')).toBe(1);
    for (const sweep of sweeps) await first[sweep]('t');
    await eventually(async () => {
      expect(await second.get('a', { allowStale: true })).toBeUndefined();
    });
    // This one was told of none, and asks Redis.
    const late = await replicas.start();
    for (const cache of [first, late]) {
      expect(await cache.get('a', { allowStale: true })).toBeUndefined();
    }
    await first.set('a', 2, tagged);
    for (const cache of [first, late]) expect(await cache.get('a')).toBe(2);
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

  it('should hold when it is heard of and forgotten while Redis is asked for its tag', async () => {
    await first.set('a', 'old', { tags: ['t'] });
    await first.set('b', 'later');
    // From before its time, so it asks; and it remembers one tag alone.
    const small = await replicas.start({}, { maxKnownTags: 1 });
    const client = clientOf(small);
    const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const ask = client.hmget.bind(client) as (...args: string[]) => Promise<unknown>;
    Object.assign(client, {
      hmget: async (...args: string[]) => {
        const answer = await ask(...args);
        asked.resolve();
        await held.promise;
        return answer;
      },
    });
    const heard: string[] = [];
    small.on('invalidated', ({ name }) => heard.push(name));
    const reading = small.get('a');
    await asked.promise;
    await first.deleteByTag('t');
    await first.deleteByTag('u');
    await eventually(() => expect(heard).toEqual(['t', 'u']));
    held.resolve();
    // It asked before the deletion; whoever asks after it does not get it.
    expect(await reading).toBe('old');
    expect(small.peek('a')).toBeUndefined();
    expect(await small.get('a')).toBeUndefined();
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

  it('should not be undone by a read of Redis that is answered after it is heard of', async () => {
    await first.set('a', 'old');
    const client = clientOf(second);
    const [answered, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const send = client.mgetBuffer.bind(client) as (keys: string[]) => Promise<Buffer[]>;
    Object.assign(client, {
      mgetBuffer: async (keys: string[]) => {
        const answer = await send(keys);
        answered.resolve();
        await held.promise;
        return answer;
      },
    });
    const heard = Promise.withResolvers<void>();
    second.on('invalidated', () => heard.resolve());
    const reading = second.get('a');
    await answered.promise;
    await first.delete('a');
    await heard.promise;
    held.resolve();
    // It was asked before the deletion, and so may tell of it or not; memory keeps nothing of it.
    expect(await reading).toBe('old');
    expect(second.peek('a')).toBeUndefined();
    expect(await second.get('a')).toBeUndefined();
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
