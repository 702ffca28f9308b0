import { describe, it } from '@jest/globals';
import { eventually } from '@trilith/testing';
import fc from 'fast-check';

import type { TieredCache } from '../src/index.js';
import { Replicas } from './replicas.js';

const keys = ['a', 'b', 'c'] as const;
const tags = ['t', 'u'] as const;

type Step =
  | { readonly kind: 'set'; readonly key: string; readonly tags: readonly string[] }
  | { readonly kind: 'delete' | 'get' | 'getOrSet' | 'peek'; readonly key: string }
  | { readonly kind: 'deleteByTag'; readonly tag: string }
  | { readonly kind: 'clear' | 'settle' };

const key = fc.constantFrom(...keys);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('set' as const), key, tags: fc.subarray([...tags]) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('get' as const), key }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('getOrSet' as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('peek' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('deleteByTag' as const),
      tag: fc.constantFrom(...tags),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('clear' as const, 'settle' as const) }),
  },
);

const run = fc.array(fc.record({ replica: fc.nat(1), step }), { minLength: 1, maxLength: 30 });

interface Cell {
  readonly value: string;
  readonly tags: readonly string[];
}

/**
 * What a cache without layers would hold. Each key keeps its whole history: a replica that has not
 * heard of the last writes may still answer with an earlier state, but with none from before the
 * last time that it was known to have heard of everything, or acted itself on the key.
 */
class Model {
  readonly cells = new Map<string, Cell>();
  private readonly history = new Map<string, (string | undefined)[]>(
    keys.map((k) => [k, [undefined]]),
  );
  private readonly seen = keys.flatMap((k) =>
    [0, 1].map((replica) => [`${replica} ${k}`, 0] as const),
  );
  private readonly from = new Map<string, number>(this.seen);

  write(replica: number, key: string, cell: Cell | undefined): void {
    if (cell === undefined) this.cells.delete(key);
    else this.cells.set(key, cell);
    const states = this.history.get(key) ?? [];
    states.push(cell?.value);
    this.catchUp(replica, key);
  }

  /** The replica knows the newest state of the key from now on. */
  catchUp(replica: number, key: string): void {
    this.from.set(`${replica} ${key}`, (this.history.get(key)?.length ?? 1) - 1);
  }

  allows(replica: number, key: string, value: string | undefined): boolean {
    const from = this.from.get(`${replica} ${key}`) ?? 0;
    return (this.history.get(key) ?? []).slice(from).includes(value);
  }
}

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

async function play(replicas: readonly TieredCache[], steps: { replica: number; step: Step }[]) {
  const model = new Model();
  for (const [at, { replica, step }] of steps.entries()) {
    const cache = replicas[replica];
    if (cache === undefined) throw new Error('no such replica');
    const check = (key: string, value: unknown) => {
      if (model.allows(replica, key, value as string | undefined)) return;
      throw new Error(`step ${at}: replica ${replica} has ${String(value)} for ${key}`);
    };
    const sweep = (matches: (cell: Cell) => boolean) => {
      for (const [key, cell] of model.cells) {
        if (matches(cell)) model.write(replica, key, undefined);
      }
    };
    switch (step.kind) {
      case 'set':
        await cache.set(step.key, `set ${at}`, { tags: step.tags });
        model.write(replica, step.key, { value: `set ${at}`, tags: step.tags });
        break;
      case 'delete':
        await cache.delete(step.key);
        model.write(replica, step.key, undefined);
        break;
      case 'deleteByTag':
        await cache.deleteByTag(step.tag);
        sweep((cell) => cell.tags.includes(step.tag));
        break;
      case 'clear':
        await cache.clear();
        sweep(() => true);
        break;
      case 'get':
        check(step.key, await cache.get(step.key));
        break;
      case 'peek': {
        const value = cache.peek(step.key);
        if (value !== undefined) check(step.key, value);
        break;
      }
      case 'getOrSet': {
        const own = `loaded ${at}`;
        const value = await cache.getOrSet(step.key, () => own, { tags: ['t'] });
        if (value === own) model.write(replica, step.key, { value, tags: ['t'] });
        else check(step.key, value);
        break;
      }
      case 'settle':
        await settle(replicas, `settle ${at}`);
        for (const key of keys) for (const each of [0, 1]) model.catchUp(each, key);
        break;
    }
  }
  await eventually(
    async () => {
      for (const key of keys) {
        const expected = model.cells.get(key)?.value;
        for (const cache of replicas) {
          const value = await cache.get(key);
          if (value !== expected)
            throw new Error(`at the end: ${String(value)} for ${key}, not ${expected}`);
        }
      }
    },
    { timeoutMs: 5_000, intervalMs: 5 },
  );
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
        await play(replicas, steps);
      }),
      { numRuns: 60 },
    );
  });
});
