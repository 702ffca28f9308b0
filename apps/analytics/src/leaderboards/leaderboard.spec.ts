import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisClient, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { redisForTest } from '@trilith/testing';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';

import { ModelBoard } from '../../test/model-board.js';
import { KeySpace } from '../store/key-space.js';
import { Leaderboard } from './leaderboard.js';

const DAY_MS = 86_400_000;
const weights = { view: 1, like: 3 };
type Act = keyof typeof weights;

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

  function freshBoard(maxMembers?: number) {
    const prefix = `${store.prefix}:${uuidv7()}`;
    const options = { prefix, name: 'test', weights, maxMembers, inboxRetentionMs: DAY_MS };
    return { prefix, board: new Leaderboard<Act>(redis, options) };
  }

  const member = fc.integer({ min: 1, max: 9 }).map((nth) => `post-${nth}`);
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ member, act: fc.constantFrom<Act>('view', 'like') }) },
    { weight: 1, arbitrary: fc.record({ member, label: fc.string({ unit: 'grapheme' }) }) },
  );
  const deliveries = fc
    .array(fc.record({ step, eventId: fc.uuid({ version: 7 }) }), { minLength: 1, maxLength: 25 })
    .chain((events) => fc.array(fc.constantFrom(...events), { maxLength: 70 }));

  it.each([
    ['that is never full', 1_000],
    ['on which members give way', 3],
  ])('should equal a naive model, on a board %s', async (_case, maxMembers) => {
    await fc.assert(
      fc.asyncProperty(deliveries, async (sequence) => {
        const { board } = freshBoard(maxMembers);
        const model = new ModelBoard<Act>(weights, maxMembers);
        const outcomes: boolean[] = [];
        const expected: boolean[] = [];

        for (const { step, eventId } of sequence) {
          if ('label' in step) {
            await board.describe(step);
            model.describe(step);
          } else {
            outcomes.push(await board.add({ ...step, eventId }));
            expected.push(model.add({ ...step, eventId }));
          }
        }
        expect(outcomes).toEqual(expected);
        expect(await board.top(100)).toEqual(model.top(100));
        expect(await board.top(2)).toEqual(model.top(2));
        for (const id of new Set(sequence.map(({ step }) => step.member))) {
          const place = model.top(100).find((ranked) => ranked.member === id);
          expect(await board.place(id)).toEqual(place);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('should add an event once when many deliver it at the same time', async () => {
    const { board } = freshBoard();
    const contribution = { member: 'post-1', act: 'like', eventId: uuidv7() } as const;

    const outcomes = await Promise.all(Array.from({ length: 40 }, () => board.add(contribution)));

    expect(outcomes.filter((added) => added)).toHaveLength(1);
    expect(await board.top(10)).toEqual([
      { rank: 1, member: 'post-1', label: null, score: 3, acts: { view: 0, like: 1 } },
    ]);
  });

  it('should not rank a member that has no points', async () => {
    const { board } = freshBoard();
    await board.describe({ member: 'post-1', label: 'Quiet' });

    expect(await board.top(10)).toEqual([]);
  });

  it('should know the label whether it came before the points or after', async () => {
    const { board } = freshBoard();
    await board.describe({ member: 'post-1', label: 'Before' });
    await board.add({ member: 'post-1', act: 'view', eventId: uuidv7() });
    await board.add({ member: 'post-2', act: 'like', eventId: uuidv7() });
    await board.describe({ member: 'post-2', label: 'After' });

    expect((await board.top(10)).map(({ label }) => label)).toEqual(['After', 'Before']);
  });

  it('should keep nothing of a member that gave way', async () => {
    const { prefix, board } = freshBoard(1);
    await board.describe({ member: 'post-1', label: 'Fading' });
    await board.add({ member: 'post-2', act: 'like', eventId: uuidv7() });

    const details = new KeySpace(prefix, 'board:test').key('details');

    expect(await redis.hkeys(details)).toEqual(['like:post-2']);
  });

  it('should let go of the ids of events after the retention', async () => {
    const { prefix, board } = freshBoard();
    await board.add({ member: 'post-1', act: 'view', eventId: uuidv7({ msecs: 60_000 }) });

    const ttlMs = await redis.pttl(new KeySpace(prefix, 'board:test').key('inbox', 1));

    expect(ttlMs).toBeGreaterThan(DAY_MS - 600_000);
    expect(ttlMs).toBeLessThanOrEqual(DAY_MS);
  });
});
