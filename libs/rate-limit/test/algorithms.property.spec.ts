import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { type Policy, concurrency, gcra, slidingLog, slidingWindow } from '../src/index.js';
import { modelOf } from './models.js';
import { type TestRedis, openRedis } from './redis.js';
import { StoreWithClock } from './store-with-clock.js';

/** Long enough that nothing expires by Redis' own clock while the test's clock says otherwise. */
const windowMs = 600_000;
const windowUs = windowMs * 1_000;
const start = 1_800_000_000_000_000;

interface Step {
  readonly mode: 'consume' | 'peek' | 'penalize' | 'refund';
  readonly cost: number;
  /** Microseconds since the step before. */
  readonly passed: number;
}

/** Bursts, pauses, and steps that land on or beside a bucket's boundary. */
const passed = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 0, 1, 1_000) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: windowUs / 5 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * windowUs }) },
  { weight: 1, arbitrary: fc.constantFrom(windowUs, windowUs - 1, windowUs / 2, 2 * windowUs) },
);
const limits = fc.integer({ min: 1, max: 12 });

function stepsFor(limit: number, modes: readonly Step['mode'][]): fc.Arbitrary<Step[]> {
  const step = fc.record({
    mode: fc.constantFrom(...modes),
    cost: fc.integer({ min: 1, max: limit }),
    passed,
  });
  return fc.array(step, { minLength: 1, maxLength: 40 });
}

const algorithms: readonly { name: string; make: (limit: number) => Policy }[] = [
  { name: 'slidingLog', make: (limit) => slidingLog({ name: 'log', limit, windowMs }) },
  { name: 'slidingWindow', make: (limit) => slidingWindow({ name: 'window', limit, windowMs }) },
  { name: 'gcra', make: (limit) => gcra({ name: 'gcra', limit, windowMs }) },
  {
    name: 'gcra with a burst of its own',
    make: (limit) => gcra({ name: 'burst', limit: 7, burst: limit, windowMs }),
  },
];

describe('the algorithms', () => {
  let test: TestRedis;
  let store: StoreWithClock;

  beforeAll(async () => {
    test = await openRedis();
    store = new StoreWithClock(test);
  });
  afterAll(async () => {
    await test.close();
  });

  const modes = ['consume', 'consume', 'consume', 'peek', 'penalize', 'refund'] as const;

  it.each(algorithms)('$name does as its naive model does', async ({ make }) => {
    let refusals = 0;
    const scenario = limits.chain((limit) => fc.tuple(fc.constant(limit), stepsFor(limit, modes)));
    const property = fc.asyncProperty(scenario, async ([limit, steps]) => {
      const policy = make(limit);
      const check = store.fresh(policy);
      const model = modelOf(policy);
      let now = start;
      for (const { mode, cost, passed: elapsed } of steps) {
        now += elapsed;
        const before = model.used(now);
        const result = await store.run(mode, { ...check, cost }, now);
        if (mode === 'penalize') model.record(now, cost);
        if (mode === 'refund') model.refund(now, cost);
        const asked = mode === 'consume' || mode === 'peek' ? before + cost : model.used(now) + 1;
        const isClear = Math.abs(asked - limit) > model.tolerance;
        expect(result.allowed).toBe(isClear ? asked <= limit : result.allowed);
        if (mode === 'consume' && result.allowed) model.record(now, cost);
        if (!result.allowed) refusals += 1;
        expect(Math.abs(result.count - model.used(now))).toBeLessThanOrEqual(1.02);
        expect(result.remaining).toBe(Math.max(0, limit - result.count));
      }
    });
    await fc.assert(property, { numRuns: 100 });
    expect(refusals).toBeGreaterThan(50);
  });

  it.each(algorithms)('$name says to the millisecond when to come back', async ({ make }) => {
    let refusals = 0;
    const scenario = limits.chain((limit) =>
      fc.tuple(fc.constant(limit), stepsFor(limit, ['consume', 'penalize'])),
    );
    const property = fc.asyncProperty(scenario, async ([limit, steps]) => {
      const check = { ...store.fresh(make(limit)), cost: limit };
      let now = start;
      for (const { mode, cost, passed: elapsed } of steps) {
        now += elapsed;
        await store.run(mode, { ...check, cost }, now);
      }
      const { allowed, retryAfterMs, resetMs } = await store.run('peek', check, now);
      // Each is rounded up by itself.
      expect(resetMs).toBeGreaterThanOrEqual(retryAfterMs - 1);
      if (allowed) return;
      refusals += 1;
      // A hundredth of a unit is let go by GCRA, which is some time: look well before it.
      const early = now + (retryAfterMs - 2) * 1_000 - (0.02 * windowUs) / limit;
      expect((await store.run('peek', check, Math.max(now, early))).allowed).toBe(false);
      const onTime = now + retryAfterMs * 1_000;
      expect((await store.run('peek', check, onTime)).allowed).toBe(true);
      const { count } = await store.run('peek', check, now + resetMs * 1_000);
      expect(count).toBe(0);
    });
    await fc.assert(property, { numRuns: 100 });
    expect(refusals).toBeGreaterThan(20);
  });

  /** What was taken: when and how much. */
  async function takenBy(policy: Policy, steps: readonly Step[]) {
    const check = store.fresh(policy);
    const taken: { at: number; cost: number }[] = [];
    let at = start;
    for (const { cost, passed: elapsed } of steps) {
      at += elapsed;
      const result = await store.run('consume', { ...check, cost }, at);
      if (result.allowed) taken.push({ at, cost });
    }
    return taken;
  }

  /** The largest of (what any span took − what its length permits). */
  function excess(
    taken: readonly { at: number; cost: number }[],
    permitted: (span: number) => number,
  ) {
    let worst = -Infinity;
    for (const [index, first] of taken.entries()) {
      let sum = 0;
      for (const { at, cost } of taken.slice(index)) {
        sum += cost;
        if (at - first.at < windowUs) worst = Math.max(worst, sum - permitted(at - first.at));
      }
    }
    return worst;
  }

  const bounds = [
    {
      name: 'slidingLog: the limit',
      make: (limit: number) => slidingLog({ name: 'log', limit, windowMs }),
      permitted: (limit: number) => () => limit,
    },
    {
      name: 'slidingWindow: the limit and its share of the span',
      make: (limit: number) => slidingWindow({ name: 'window', limit, windowMs }),
      permitted: (limit: number) => (span: number) => limit * (1 + span / windowUs),
    },
    {
      name: 'gcra: the burst and the rate',
      make: (limit: number) => gcra({ name: 'gcra', limit: 2 * limit, burst: limit, windowMs }),
      permitted: (limit: number) => (span: number) => limit + 2 * limit * (span / windowUs) + 0.02,
    },
  ];
  it.each(bounds)('take no more in any span than promised, $name', async ({ make, permitted }) => {
    const scenario = limits.chain((limit) =>
      fc.tuple(fc.constant(limit), stepsFor(limit, ['consume'])),
    );
    const property = fc.asyncProperty(scenario, async ([limit, steps]) => {
      const taken = await takenBy(make(limit), steps);
      expect(excess(taken, permitted(limit))).toBeLessThan(1e-6);
    });
    await fc.assert(property, { numRuns: 100 });
  });

  it('slidingWindow reaches its bound in the worst case, and lets a steady stream through', async () => {
    const policy = slidingWindow({ name: 'worst', limit: 100, windowMs });
    const first = start - (start % windowUs) + windowUs - 1;
    const burst = { mode: 'consume', cost: 1, passed: 0 } as const;
    const trickle = { mode: 'consume', cost: 1, passed: windowUs / 100 } as const;
    const worst = await takenBy(policy, [
      { ...burst, passed: first - start },
      ...Array.from({ length: 99 }, () => burst),
      ...Array.from({ length: 98 }, () => trickle),
    ]);
    // At the boundary all of it, and then again as much, spread over a window.
    expect(worst.length).toBeGreaterThanOrEqual(197);

    const steady = await takenBy(
      policy,
      Array.from({ length: 300 }, () => ({ ...trickle, passed: windowUs / 95 })),
    );
    expect(steady).toHaveLength(300);
  });

  it.each(algorithms)('$name takes no more when the clock is set back', async ({ make }) => {
    const check = { ...store.fresh(make(4)), cost: 4 };
    const now = start + windowUs / 3;
    expect((await store.run('consume', check, now)).allowed).toBe(true);
    const single = { ...check, cost: 1 };
    for (const back of [1_000, 60_000_000, windowUs / 3 - 1, windowUs / 3 + 1, windowUs]) {
      expect((await store.run('consume', single, now - back)).allowed).toBe(false);
    }
  });

  it.each(algorithms)('$name counts each use while the clock is set back', async ({ make }) => {
    const check = store.fresh(make(4));
    await store.run('consume', check, start);
    const allowed: boolean[] = [];
    for (let n = 0; n < 4; n += 1) {
      allowed.push((await store.run('consume', check, start - 1_000)).allowed);
    }
    expect(allowed).toEqual([true, true, true, false]);
  });

  it('concurrency renews no slot that has freed itself, although others keep theirs', async () => {
    const check = store.fresh(concurrency({ name: 'slots', limit: 2, leaseMs: windowMs }));
    await store.run('consume', check, start, 'early');
    await store.run('consume', check, start + windowUs / 2, 'late');
    const later = start + windowUs + 1;
    expect(await store.renew(check, later, 'early')).toBe(false);
    expect(await store.renew(check, later, 'late')).toBe(true);
  });

  it.each(algorithms)('$name starts anew when all that counted is over', async ({ make }) => {
    const check = { ...store.fresh(make(4)), cost: 4 };
    await store.run('consume', check, start);
    expect((await store.run('consume', check, start + 5 * windowUs)).allowed).toBe(true);
  });

  it('slidingWindow forgets buckets of another length', async () => {
    const check = store.fresh(slidingWindow({ name: 'resized', limit: 1, windowMs }));
    await store.run('consume', check, start);
    const other = { ...check, policy: { ...check.policy, windowMs: windowMs * 7 - 1_001 } };
    expect((await store.run('consume', other, start)).allowed).toBe(true);
    expect((await store.run('consume', other, start)).allowed).toBe(false);
  });
});
