import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { LoaderTimeoutError, type TieredCache } from '../src/index.js';
import { Replicas } from './replicas.js';

const grace = { ttlMs: 20, graceMs: 600_000 };

describe.each([
  ['with memory', {}],
  ['on Redis alone', { memory: false as const }],
])('a stale value, %s', (_title, options) => {
  let replicas: Replicas;
  let cache: TieredCache;

  beforeEach(async () => {
    replicas = await Replicas.create();
    cache = await replicas.start(options);
  });

  afterEach(async () => {
    await replicas.close();
  });

  const becomeStale = async (key: string) =>
    eventually(async () => {
      expect(await cache.get(key)).toBeUndefined();
      expect(await cache.get(key, { allowStale: true })).toBeDefined();
    });

  it('should be served at once while a fresh one is loaded in the background', async () => {
    await cache.set('a', 'old', grace);
    await becomeStale('a');
    const gate = Promise.withResolvers<string>();
    expect(await cache.getOrSet('a', () => gate.promise, { ...grace, ttlMs: 60_000 })).toBe('old');
    expect(await cache.getOrSet('a', () => gate.promise, grace)).toBe('old');
    gate.resolve('new');
    await eventually(async () => expect(await cache.get('a')).toBe('new'));
    expect(cache.stats()).toMatchObject({ loads: 1, loadFailures: 0 });
  });

  it('should be served when the loader fails, which is not tried again before the back-off', async () => {
    await cache.set('a', 'old', grace);
    await becomeStale('a');
    let calls = 0;
    const fails = () => {
      calls += 1;
      throw new Error('the source is away');
    };
    const waiting = { ...grace, softTimeoutMs: Infinity, graceBackoffMs: 600_000 };
    expect(await cache.getOrSet('a', fails, waiting)).toBe('old');
    expect(await cache.getOrSet('a', fails, waiting)).toBe('old');
    expect(await cache.getOrSet('a', fails, waiting)).toBe('old');
    expect(calls).toBe(1);
    expect(cache.stats()).toMatchObject({ loadFailures: 1 });
    expect(cache.stats().staleHits).toBeGreaterThanOrEqual(3);
  });

  it('should be tried again after the back-off', async () => {
    await cache.set('a', 'old', grace);
    await becomeStale('a');
    const waiting = { ...grace, softTimeoutMs: Infinity, graceBackoffMs: 1 };
    let calls = 0;
    const fails = () => {
      calls += 1;
      throw new Error('the source is away');
    };
    await cache.getOrSet('a', fails, waiting);
    await eventually(async () => {
      expect(await cache.getOrSet('a', fails, waiting)).toBe('old');
      expect(calls).toBeGreaterThan(1);
    });
  });

  it('should wait for a fresh one as long as it is told, and go on loading after', async () => {
    await cache.set('a', 'old', grace);
    await becomeStale('a');
    const soft = { ...grace, ttlMs: 60_000, softTimeoutMs: 20 };
    const gate = Promise.withResolvers<string>();
    expect(await cache.getOrSet('a', () => gate.promise, soft)).toBe('old');
    gate.resolve('new');
    await eventually(async () => expect(await cache.get('a')).toBe('new'));
    await cache.expire('a');
    const patient = { ...soft, softTimeoutMs: 600_000 };
    expect(await cache.getOrSet('a', () => 'newer', patient)).toBe('newer');
  });

  it('should be told to the loader, which may answer that it is not modified', async () => {
    await cache.getOrSet(
      'a',
      ({ set }) => {
        set({ etag: 'v1', tags: ['own'] });
        return { n: 1 };
      },
      grace,
    );
    await becomeStale('a');
    const seen: unknown[] = [];
    const answer = await cache.getOrSet<{ n: number }>(
      'a',
      ({ stale, notModified }) => {
        seen.push(stale?.value, stale?.etag, (stale?.ageMs ?? 0) > 0);
        return notModified();
      },
      { ...grace, ttlMs: 60_000, softTimeoutMs: Infinity },
    );
    expect(answer).toEqual({ n: 1 });
    expect(seen).toEqual([{ n: 1 }, 'v1', true]);
    expect(await cache.get('a')).toEqual({ n: 1 });
    expect((await cache.inspect('a')).redis).toMatchObject({ etag: 'v1', tags: ['own'] });
    await cache.deleteByTag('own');
    expect(await cache.get('a')).toBeUndefined();
  });

  it('should be gone after its grace', async () => {
    await cache.set('a', 'old', { ttlMs: 5, graceMs: 5 });
    await eventually(async () => {
      expect(await cache.get('a', { allowStale: true })).toBeUndefined();
    });
    const fails = () => {
      throw new Error('the source is away');
    };
    await expect(cache.getOrSet('a', fails)).rejects.toThrow('the source is away');
  });
});

describe('a loader', () => {
  let replicas: Replicas;
  let cache: TieredCache;

  beforeEach(async () => {
    replicas = await Replicas.create();
    cache = await replicas.start();
  });

  afterEach(async () => {
    await replicas.close();
  });

  it('should pass its failure on to all who wait, and not be remembered for it', async () => {
    const failing = Array.from({ length: 3 }, async () =>
      cache.getOrSet('a', () => {
        throw new Error('no such row');
      }),
    );
    const outcomes = await Promise.allSettled(failing);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(cache.stats().loads).toBe(1);
    expect(await cache.getOrSet('a', () => 1)).toBe(1);
    expect((await cache.inspect('a')).leaseMs).toBeUndefined();
  });

  it('should be waited for no longer than the hard timeout, and its value kept all the same', async () => {
    const gate = Promise.withResolvers<string>();
    const waiting = cache.getOrSet('a', () => gate.promise, { hardTimeoutMs: 20 });
    await expect(waiting).rejects.toBeInstanceOf(LoaderTimeoutError);
    gate.resolve('late');
    await eventually(async () => expect(await cache.get('a')).toBe('late'));
  });

  it('should run early, once, while the value is still fresh', async () => {
    const other = await replicas.start();
    const early = { ttlMs: 20_000, memoryTtlMs: 20_000, earlyRefresh: 0.01, leaseMs: 600_000 };
    let loads = 0;
    const load = () => (loads += 1);
    await cache.getOrSet('a', load, { ...early, earlyRefresh: 0.000_001 });
    await eventually(async () => {
      await Promise.all([cache.getOrSet('a', load, early), other.getOrSet('a', load, early)]);
      expect(loads).toBe(2);
    });
    expect(cache.stats().misses + other.stats().misses).toBe(1);
  });

  it('should shorten times to live by up to the jitter', async () => {
    const times: number[] = [];
    for (let n = 0; n < 50; n += 1) {
      await cache.set(`k${n}`, n, { ttlMs: 100_000, jitter: 0.5 });
      const { redis } = await cache.inspect(`k${n}`);
      times.push((redis?.freshForMs ?? 0) + (redis?.ageMs ?? 0));
    }
    expect(Math.max(...times)).toBeLessThanOrEqual(100_000);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(50_000);
    expect(new Set(times).size).toBeGreaterThan(25);
  });

  it.each([undefined, null])(
    'should have its %s kept only for the negative time',
    async (absent) => {
      const other = await replicas.start();
      expect(await cache.getOrSet('a', () => absent)).toBe(absent);
      expect(await cache.has('a')).toBe(false);
      const brief = { ttlMs: 3_600_000, negativeTtlMs: 30_000 };
      expect(await cache.getOrSet('a', () => absent, brief)).toBe(absent);
      expect(await cache.has('a')).toBe(true);
      expect(await other.has('a')).toBe(true);
      expect(await other.getOrSet<unknown>('a', () => 'never')).toBe(absent);
      expect((await cache.inspect('a')).redis?.goneInMs).toBeLessThanOrEqual(30_000);
      await cache.getOrSet('b', () => 'there', brief);
      expect((await cache.inspect('b')).redis?.goneInMs).toBeGreaterThan(30_000);
    },
  );

  it('should decide by the value how it is kept', async () => {
    await cache.getOrSet(
      'a',
      ({ set }) => {
        set({ ttlMs: 5_000, tags: ['special'], graceMs: 1_000 });
        return 'value';
      },
      { ttlMs: 60_000, tags: ['ordinary'] },
    );
    const { redis } = await cache.inspect('a');
    expect(redis?.tags).toEqual(['special']);
    expect(redis?.freshForMs).toBeLessThanOrEqual(5_000);
    await cache.deleteByTag('special');
    expect(await cache.get('a')).toBeUndefined();
  });

  it('should be able to give a value that is not kept', async () => {
    expect(await cache.getOrSet<string>('a', ({ skip }) => skip('draft'))).toBe('draft');
    expect(await cache.get('a')).toBeUndefined();
    expect((await cache.inspect('a')).leaseMs).toBeUndefined();
  });

  it('should be told when the cache closes', async () => {
    const started = Promise.withResolvers<AbortSignal>();
    const loading = cache.getOrSet('a', async ({ signal }) => {
      started.resolve(signal);
      await sleep(600_000, undefined, { signal });
    });
    const signal = await started.promise;
    const closing = cache.close();
    await expect(loading).rejects.toThrow('aborted');
    expect(signal.aborted).toBe(true);
    await closing;
  });
});
