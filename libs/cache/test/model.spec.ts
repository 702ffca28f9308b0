import { describe, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import fc from 'fast-check';

import type { TieredCache } from '../src/index.js';
import { Model, type Written, valueOf } from './cache-model.js';
import { Replicas } from './replicas.js';

const keys = ['a', 'b', 'c'] as const;
const tags = ['t', 'u'] as const;

type Step =
  | { readonly kind: 'set'; readonly key: string; readonly written: Written }
  | {
      readonly kind: 'writeThrough';
      readonly key: string;
      readonly written: Written;
      readonly invalidates: { readonly keys: string[]; readonly tags: string[] };
      readonly fails: boolean;
    }
  | {
      readonly kind: 'delete' | 'expire' | 'get' | 'getStale' | 'getOrSet' | 'peek';
      readonly key: string;
    }
  | { readonly kind: 'deleteByTag' | 'expireByTag'; readonly tag: string }
  | { readonly kind: 'clear' | 'settle' };

const key = fc.constantFrom(...keys);
const tag = fc.constantFrom(...tags);
const written = fc.record({
  tags: fc.subarray([...tags]),
  graceMs: fc.constantFrom(0, 600_000),
});
const kind = <Kind extends Step['kind']>(...kinds: Kind[]) => fc.constantFrom(...kinds);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: kind('set'), key, written }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('writeThrough'),
      key,
      written,
      invalidates: fc.record({ keys: fc.subarray([...keys]), tags: fc.subarray([...tags]) }),
      fails: fc.nat(3).map((drawn) => drawn === 0),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: kind('delete', 'expire'), key }) },
  { weight: 10, arbitrary: fc.record({ kind: kind('get', 'getStale', 'getOrSet', 'peek'), key }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('deleteByTag', 'expireByTag'), tag }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('clear', 'settle') }) },
);

const run = fc.array(fc.record({ replica: fc.nat(1), step }), { minLength: 1, maxLength: 30 });

async function settle(replicas: readonly TieredCache[], round: string): Promise<void> {
  // A record after all others: who has heard of it has heard of them.
  const heard = replicas.map(async (cache) => {
    const told = Promise.withResolvers<void>();
    const stop = cache.on('invalidated', ({ name }) => {
      if (name === round) told.resolve();
    });
    return told.promise.finally(stop);
  });
  await replicas[0]?.delete(round);
  await Promise.all(heard);
}

class Game {
  private readonly model = new Model(keys);

  constructor(private readonly replicas: readonly TieredCache[]) {}

  async play(step: Step, replica: number, at: number): Promise<void> {
    const { model } = this;
    const cache = this.replicas[replica];
    if (cache === undefined) throw new Error('no such replica');
    const check = (key: string, value: unknown, allowStale = false) => {
      if (model.allows(replica, key, value, allowStale)) return;
      throw new Error(`step ${at}: replica ${replica} has ${String(value)} for ${key}`);
    };
    switch (step.kind) {
      case 'set':
        await cache.set(step.key, `set ${at}`, step.written);
        model.write(replica, step.key, { ...step.written, value: `set ${at}`, isStale: false });
        break;
      case 'writeThrough':
        await this.writeThrough(cache, step, { replica, value: `through ${at}` });
        break;
      case 'delete':
        await cache.delete(step.key);
        model.write(replica, step.key, undefined);
        break;
      case 'expire':
        await cache.expire(step.key);
        model.expire(replica, step.key);
        break;
      case 'deleteByTag':
        await cache.deleteByTag(step.tag);
        model.sweep(step.tag, (key) => model.write(replica, key, undefined));
        break;
      case 'expireByTag':
        await cache.expireByTag(step.tag);
        model.sweep(step.tag, (key) => model.expire(replica, key));
        break;
      case 'clear':
        await cache.clear();
        model.sweep(undefined, (key) => model.write(replica, key, undefined));
        break;
      case 'get':
        check(step.key, await cache.get(step.key));
        break;
      case 'getStale':
        check(step.key, await cache.get(step.key, { allowStale: true }), true);
        break;
      case 'peek': {
        const value = cache.peek(step.key);
        if (value !== undefined) check(step.key, value);
        break;
      }
      case 'getOrSet': {
        const own = `loaded ${at}`;
        const written = { tags: ['t'], graceMs: 600_000 };
        // A stale value is never good enough here, so it is either there and fresh, or loaded.
        const options = { ...written, softTimeoutMs: Infinity };
        const value = await cache.getOrSet(step.key, () => own, options);
        if (value === own) model.write(replica, step.key, { ...written, value, isStale: false });
        else check(step.key, value);
        break;
      }
      case 'settle':
        await settle(this.replicas, `settle ${at}`);
        for (const key of keys) for (const each of [0, 1]) model.catchUp(each, key);
        break;
    }
  }

  /** In the end all replicas are of one mind. */
  async end(): Promise<void> {
    for (const key of keys) {
      for (const [cache, allowStale] of this.replicas.flatMap(
        (each) =>
          [
            [each, false],
            [each, true],
          ] as const,
      )) {
        const expected = valueOf(this.model.now(key), allowStale);
        const value = await cache.get(key, { allowStale });
        if (value === expected) continue;
        throw new Error(`at the end: ${String(value)} for ${key}, not ${String(expected)}`);
      }
    }
  }

  private async writeThrough(
    cache: TieredCache,
    { key, written, invalidates, fails }: Step & { kind: 'writeThrough' },
    { replica, value }: { replica: number; value: string },
  ): Promise<void> {
    const { model } = this;
    const persist = async () => {
      if (fails) throw new Error('the source refused it');
    };
    const writing = cache.writeThrough(key, value, persist, { ...written, invalidates });
    const outcome = await writing.catch((error: Error) => error.message);
    if (outcome === 'the source refused it' && fails) return;
    if (outcome !== 'applied') throw new Error(`writing through: ${outcome}`);
    for (const tag of invalidates.tags) {
      model.sweep(tag, (other) => model.write(replica, other, undefined));
    }
    for (const other of invalidates.keys) model.write(replica, other, undefined);
    model.write(replica, key, { ...written, value, isStale: false });
  }
}

describe('two replicas, whatever is done to them', () => {
  it.each([
    ['with memory', {}],
    ['that copy', { isolation: 'copied' as const }],
    ['on Redis alone', { memory: false as const }],
  ])('should answer like one cache, the other at most late: %s', async (_title, options) => {
    await using fleet = await Replicas.create();
    const replicas = [await fleet.start(options), await fleet.start(options)];
    await fc.assert(
      fc.asyncProperty(run, async (steps) => {
        await replicas[0]?.clear();
        await settle(replicas, 'begin');
        const game = new Game(replicas);
        for (const [at, { replica, step }] of steps.entries()) await game.play(step, replica, at);
        await eventually(async () => game.end(), { timeoutMs: 5_000, intervalMs: 5 });
      }),
      { numRuns: 60 },
    );
  });
});
