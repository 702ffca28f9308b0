import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { keysOf } from '../../test/keys-of.js';
import { ModelBoard } from '../../test/model-board.js';
import { KeySpace } from '../store/key-space.js';
import { windowsAt } from './board-windows.js';
import { type Contribution, Leaderboard, type RankedMember } from './leaderboard.js';
import type { LeaderboardOptions } from './leaderboard.options.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const weights = { view: 1, like: 3 };
type Act = keyof typeof weights;

const ALL = { offset: 0, limit: 100 };

describe('Leaderboard', () => {
  let store: Awaited<ReturnType<typeof redisForTest>>;
  let redis: RedisClient;

  beforeAll(async () => {
    store = await redisForTest();
    redis = createRedis({ url: store.url, name: 'leaderboard-test' });
    await whenReady(redis, 10_000);
  });

  afterAll(async () => {
    await closeRedis(redis);
    await store.close();
  });

  function fresh(more: Partial<LeaderboardOptions<Act>> = {}) {
    const prefix = `${store.prefix}:${uuidv7()}`;
    const options = { maxMembers: 1_000, halfLifeMs: DAY_MS, ...more };
    const board = new Leaderboard<Act>(redis, {
      prefix,
      name: 'test',
      weights,
      inboxRetentionMs: DAY_MS,
      ...options,
    });
    return { prefix, board, model: new ModelBoard<Act>({ weights, ...options }) };
  }

  const act = (member: string, kind: Act = 'view', at = new Date()): Contribution<Act> => ({
    members: [member],
    act: kind,
    at,
    eventId: uuidv7(),
  });

  const member = fc.integer({ min: 1, max: 9 }).map((nth) => `post-${nth}`);
  const contribution = fc.record({
    members: fc.uniqueArray(member, { minLength: 1, maxLength: 2 }),
    act: fc.constantFrom<Act>('view', 'like'),
    // Whole minutes, so that members come together now and then; some in windows that are over.
    ago: fc.integer({ min: 0, max: 400 }).map((minutes) => minutes * 60_000),
    eventId: fc.uuid({ version: 7 }),
  });
  const label = fc.record({ member, label: fc.string({ unit: 'grapheme' }) });
  const step = fc.oneof({ weight: 4, arbitrary: contribution }, { weight: 1, arbitrary: label });
  const deliveries = fc
    .uniqueArray(step, {
      minLength: 1,
      maxLength: 25,
      selector: (one) => ('eventId' in one ? one.eventId : one),
    })
    .chain((events) => fc.array(fc.constantFrom(...events), { maxLength: 60 }));

  it.each([
    ['that is never full', 1_000],
    ['on which members give way', 3],
  ])('should equal a naive model, on a board %s', async (_case, maxMembers) => {
    const base = Math.floor(Date.now() / 60_000) * 60_000;
    await fc.assert(
      fc.asyncProperty(deliveries, async (sequence) => {
        const { board, model } = fresh({ maxMembers });
        const outcomes: boolean[] = [];
        const expectedOutcomes: boolean[] = [];
        for (const one of sequence) {
          if ('label' in one) {
            await board.describe(one);
            model.describe(one);
          } else {
            const given = { ...one, at: new Date(base - one.ago) };
            outcomes.push(await board.add(given));
            expectedOutcomes.push(model.add(given));
          }
        }
        expect(outcomes).toEqual(expectedOutcomes);
        for (const span of ['all', 'hour', 'day', 'week'] as const) {
          expect(await board.top(span, ALL)).toEqual(model.top(span, 100));
        }
        const expected = model.top('all', 100);
        expect(await board.top('all', { offset: 1, limit: 2 })).toEqual(expected.slice(1, 3));
        for (const [index, row] of expected.entries()) {
          expect(await board.around('all', row.member, 1)).toEqual(
            expected.slice(Math.max(index - 1, 0), index + 2),
          );
        }
        expectNearly(await board.top('trending', ALL), model.top('trending', 100));
      }),
      { numRuns: 30 },
    );
  });

  it('should keep what decays in the order of what is left, to a part in 10 million', async () => {
    const { board, model } = fresh({ halfLifeMs: 2 * HOUR_MS });
    const random = fc.sample(fc.integer({ min: 0, max: 20 * HOUR_MS }), { numRuns: 300, seed: 7 });
    const acts = random.map((ago, nth) =>
      act(`post-${nth % 40}`, nth % 3 === 0 ? 'like' : 'view', new Date(Date.now() - ago)),
    );
    for (const one of acts) await board.add(one);
    for (const one of acts) model.add(one);

    expectNearly(await board.top('trending', ALL), model.top('trending', 100), 1e-7);
  });

  it('should show nothing of a move of the landmark, whatever comes while it goes on', async () => {
    // A landmark every 300 ms, which far more members have to follow than one act takes along.
    const { prefix, board, model } = fresh({ halfLifeMs: 3_000, landmarkHalfLives: 0.1 });
    const keys = new KeySpace(prefix, 'board:test');
    const landmarks = new Set<string | null>();
    let partly = 0;
    for (let round = 0; round < 25; round += 1) {
      const acts = Array.from({ length: round === 0 ? 160 : 1 }, (_, nth) =>
        act(`post-${(round * 7 + nth) % 160}`, 'view', new Date(Date.now() - 3 * nth)),
      );
      for (const one of acts) await board.add(one);
      for (const one of acts) model.add(one);
      landmarks.add(await redis.hget(keys.key('landmarks'), 'current'));
      partly += await redis.exists(keys.key('trending', 'previous'));
      const [shown, expected] = [await board.top('trending', ALL), model.top('trending', 160)];
      expectNearly(shown, expected.slice(0, 100), 1e-6, expected);
      const [place] = await board.around('trending', shown[60]?.member ?? '');
      expect(place?.rank).toBe(61);
      await sleep(60);
    }

    expect(landmarks.size).toBeGreaterThan(2);
    expect(partly).toBeGreaterThan(0);
  });

  it('should give the same points and places in whatever order events come', async () => {
    const events = Array.from({ length: 60 }, (_, nth) =>
      act(`post-${nth % 7}`, nth % 2 === 0 ? 'view' : 'like', new Date(Date.now() - nth * 61_000)),
    );
    const [one, other] = [fresh(), fresh()];
    for (const event of events) await one.board.add(event);
    for (const event of events.toReversed()) await other.board.add(event);

    for (const span of ['all', 'day', 'week'] as const) {
      expect(await other.board.top(span, ALL)).toEqual(await one.board.top(span, ALL));
    }
    expectNearly(
      await other.board.top('trending', ALL),
      await one.board.top('trending', ALL),
      1e-6,
    );
  });

  it('should add an event once when many deliver it at the same time', async () => {
    const { board } = fresh();
    const once = act('post-1', 'like');
    const outcomes = await Promise.all(Array.from({ length: 40 }, async () => board.add(once)));

    expect(outcomes.filter((added) => added)).toHaveLength(1);
    expect(await board.top('all', ALL)).toEqual([
      { rank: 1, member: 'post-1', label: null, score: 3, acts: { view: 0, like: 1 } },
    ]);
  });

  it('should put of equals the one first that came first', async () => {
    const { board } = fresh();
    const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
    await board.add(act('b', 'like', minutesAgo(1)));
    await board.add(act('a', 'like', minutesAgo(2)));
    await board.add(act('c', 'view', minutesAgo(9)));
    await board.add(act('c', 'view', minutesAgo(0)));
    await board.add(act('c', 'view', minutesAgo(0)));

    expect((await board.top('all', ALL)).map((row) => row.member)).toEqual(['c', 'a', 'b']);
  });

  it('should let none of an act give way to another of it that is counted sooner', async () => {
    const { board } = fresh({ maxMembers: 2 });
    const at = new Date();
    await board.add(act('b', 'view', at));
    await board.add(act('c', 'view', at));
    const earlier = new Date(at.getTime() - 1_000);
    await board.add({ ...act('a', 'view', earlier), members: ['a', 'c'] });

    const shown = await board.top('week', ALL);
    expect(shown.map(({ member: name, score }) => [name, score])).toEqual([
      ['c', 2],
      ['a', 1],
    ]);
  });

  it('should not rank a member that has no points', async () => {
    const { board } = fresh();
    await board.describe({ member: 'post-1', label: 'Quiet' });

    expect(await board.top('all', ALL)).toEqual([]);
    expect(await board.around('all', 'post-1')).toEqual([]);
  });

  it('should know the label whether it came before the points or after, and the newest by version', async () => {
    const { board } = fresh();
    await board.describe({ member: 'post-1', label: 'Before', version: 2 });
    await board.add(act('post-1', 'view'));
    await board.add(act('post-2', 'like'));
    await board.describe({ member: 'post-2', label: 'After' });
    await board.describe({ member: 'post-1', label: 'Older', version: 1 });

    expect((await board.top('all', ALL)).map((row) => row.label)).toEqual(['After', 'Before']);
  });

  it('should keep nothing of a member that gave way', async () => {
    const { prefix, board } = fresh({ maxMembers: 1 });
    await board.describe({ member: 'post-1', label: 'Fading', version: 3 });
    await board.add(act('post-2', 'like'));
    const details = new KeySpace(prefix, 'board:test').key('details');

    expect(await redis.hkeys(details)).toEqual(['like:post-2']);
  });

  it('should drop what has decayed to nothing, and no more', async () => {
    const { prefix, board } = fresh({ halfLifeMs: HOUR_MS });
    await board.add(act('gone', 'view', new Date(Date.now() - 21 * HOUR_MS)));
    await board.add(act('left', 'view', new Date(Date.now() - 19 * HOUR_MS)));
    await board.add(act('here', 'view'));
    const key = new KeySpace(prefix, 'board:test').key('trending');

    expect((await redis.zrange(key, 0, -1)).toSorted()).toEqual(['here', 'left']);
    expect(await board.top('all', ALL)).toHaveLength(3);
  });

  it('should take a member off everywhere, for good', async () => {
    const { prefix, board, model } = fresh();
    const acts = [act('erased', 'like'), act('stays', 'view'), act('erased', 'view')];
    for (const one of acts) await board.add(one);
    for (const one of acts) model.add(one);
    await board.describe({ member: 'erased', label: 'A name' });
    await board.remove('erased');
    await board.add(act('erased', 'like'));
    await board.describe({ member: 'erased', label: 'A name' });
    model.remove('erased');

    for (const span of ['all', 'hour', 'day', 'week'] as const) {
      expect(await board.top(span, ALL)).toEqual(model.top(span, 100));
    }
    expect((await board.top('trending', ALL)).map((row) => row.member)).toEqual(['stays']);
    expect(await redis.hkeys(new KeySpace(prefix, 'board:test').key('details'))).toEqual([
      'view:stays',
    ]);
  });

  it('should let windows, ids and boards that nobody uses expire', async () => {
    const { prefix, board } = fresh({ idleMs: HOUR_MS });
    await board.add(act('post-1'));
    const keys = await keysOf(redis, `{${prefix}*`);
    const left = await Promise.all(keys.map(async (key) => redis.pttl(key)));

    // Trending, its landmark, details, three windows, an inbox.
    expect(keys).toHaveLength(7);
    expect(left.filter((ttlMs) => ttlMs < 0)).toEqual([]);
  });

  it('should refuse points that are no whole numbers above 0', () => {
    expect(() => fresh().board).not.toThrow();
    expect(
      () =>
        new Leaderboard(redis, {
          prefix: 'p',
          name: 'n',
          weights: { view: 0.5 },
          halfLifeMs: 1,
          inboxRetentionMs: 1,
        }),
    ).toThrow(TypeError);
  });
});

describe('the windows of a board', () => {
  it('should begin at the full hour, at midnight and on Mondays, in UTC', () => {
    const starts = windowsAt(Date.parse('2026-01-29T13:45:00Z')).map(({ start }) =>
      new Date(start).toISOString(),
    );

    expect(starts).toEqual([
      '2026-01-29T13:00:00.000Z',
      '2026-01-29T00:00:00.000Z',
      '2026-01-26T00:00:00.000Z',
    ]);
  });
});

/**
 * Scores that decay, up to a common factor: neither side was asked at quite the same moment. Those that
 * differ by no more than rounding may be in either order.
 */
function expectNearly(
  shown: readonly RankedMember<Act>[],
  expected: readonly RankedMember<Act>[],
  precision = 1e-6,
  known = expected,
): void {
  const of = new Map(known.map((row) => [row.member, row]));
  const [first] = shown;
  const factor = first ? first.score / (of.get(first.member)?.score ?? Number.NaN) : 1;
  const off = shown.map(({ member: name, score }) =>
    Math.abs(score / ((of.get(name)?.score ?? Number.NaN) * factor) - 1),
  );
  const rises = shown.map((row, nth) => row.score / (shown[nth - 1]?.score ?? row.score) - 1);

  expect(shown).toHaveLength(expected.length);
  expect(Math.max(0, ...off)).toBeLessThan(precision);
  expect(Math.max(0, ...rises)).toBeLessThan(precision);
  expect(shown.map(({ rank }) => rank)).toEqual(expected.map(({ rank }) => rank));
}
