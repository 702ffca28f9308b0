import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@trilith/testing';

import { LoaderProcess } from './processes.js';
import { Replicas } from './replicas.js';

describe('single flight', () => {
  let replicas: Replicas;
  let processes: LoaderProcess[];

  beforeEach(async () => {
    replicas = await Replicas.create();
    processes = [];
  });

  afterEach(async () => {
    await Promise.all(processes.map(async (child) => child.kill()));
    await replicas.close();
  });

  const begin = (task: 'load' | 'hang', callers = 1): LoaderProcess => {
    const { url, prefix } = replicas.place;
    const child = new LoaderProcess({ task, url, prefix, callers });
    processes.push(child);
    return child;
  };

  it('should load a cold key once for all callers of a process', async () => {
    const cache = await replicas.start();
    let loads = 0;
    const callers = Array.from({ length: 1_000 }, async () => cache.getOrSet('a', () => ++loads));
    expect(new Set(await Promise.all(callers))).toEqual(new Set([1]));
    expect(cache.stats()).toMatchObject({ loads: 1, coalesced: 999 });
  });

  it('should load a cold key once in all processes', async () => {
    const children = Array.from({ length: 4 }, () => begin('load', 250));
    for (const child of children) expect(await child.line()).toBe('ready');
    for (const child of children) child.go();
    const answers = await Promise.all(
      children.map(
        async (child) => JSON.parse(await child.line()) as { values: number[]; loads: number },
      ),
    );
    expect(new Set(answers.flatMap(({ values }) => values)).size).toBe(1);
    expect(answers.reduce((sum, { loads }) => sum + loads, 0)).toBe(1);
  });

  it('should have another take the place of a loader that was killed', async () => {
    const child = begin('hang');
    expect(await child.line()).toBe('loading');
    const cache = await replicas.start();
    // Renewed beyond its length, as long as its holder lives.
    const waiting = cache.getOrSet('key', () => 'mine', { waitTimeoutMs: 600_000 });
    const first = await Promise.race([
      waiting,
      new Promise((resolve) => setTimeout(resolve, 1_000, 'still waiting')),
    ]);
    expect(first).toBe('still waiting');
    await child.kill();
    expect(await waiting).toBe('mine');
  });

  it('should be waited for in another process no longer than the bound', async () => {
    const child = begin('hang');
    expect(await child.line()).toBe('loading');
    const cache = await replicas.start();
    const bound = { waitTimeoutMs: 50 };
    expect(await cache.getOrSet('key', () => 'mine', bound)).toBe('mine');
    // It had no lease: what it loaded is for its own process.
    expect(cache.peek('key')).toBe('mine');
    expect((await cache.inspect('key')).redis).toBeUndefined();
  });

  it('should wake those who wait by message, with the value or to try themselves', async () => {
    const [first, second] = [await replicas.start(), await replicas.start()];
    const patient = { leaseMs: 600_000, waitTimeoutMs: 600_000 };
    for (const fails of [false, true]) {
      const gate = Promise.withResolvers<string>();
      const started = Promise.withResolvers<void>();
      const load = async () => {
        started.resolve();
        return gate.promise;
      };
      const key = `key ${fails}`;
      const loading = first.getOrSet(key, load, patient);
      await started.promise;
      const waiting = second.getOrSet(key, () => 'own', patient);
      await eventually(() => expect(second.stats().waits).toBe(fails ? 2 : 1));
      if (fails) gate.reject(new Error('no such row'));
      else gate.resolve('loaded');
      await loading.catch(() => undefined);
      expect(await waiting).toBe(fails ? 'own' : 'loaded');
    }
  });

  it('should load a stale key once in the fleet', async () => {
    const [first, second] = [await replicas.start(), await replicas.start()];
    await first.set('a', 'old', { graceMs: 60_000 });
    expect(await second.get('a')).toBe('old');
    await first.expire('a');
    await eventually(async () => expect(await second.get('a')).toBeUndefined());
    const gate = Promise.withResolvers<string>();
    const load = async () => gate.promise;
    expect(await first.getOrSet('a', load)).toBe('old');
    await eventually(() => expect(first.stats().loads).toBe(1));
    expect(await second.getOrSet('a', load)).toBe('old');
    await eventually(() => expect(second.stats().waits).toBe(1));
    gate.resolve('new');
    await eventually(async () => {
      expect([await first.get('a'), await second.get('a')]).toEqual(['new', 'new']);
    });
    expect(second.stats().loads).toBe(0);
  });
});
