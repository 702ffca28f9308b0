import { describe, expect, it } from '@jest/globals';
import type { Act } from '../messaging/acts.ts';
import { tally } from '../messaging/tally.ts';

describe('what was done, held against its effects', () => {
  const act = (number: number, key: string, sequence: number, isPoison = false): Act => ({
    number,
    key,
    sequence,
    isPoison,
  });
  const [a1, a2, b1, poison] = [
    act(1, 'a', 1),
    act(2, 'a', 2),
    act(3, 'b', 1),
    act(4, 'b', 2, true),
  ];
  const acts = [a1, a2, b1, poison];

  it('is without fault when each act but poison had one effect, in the order of its key', () => {
    expect(tally(acts, [b1, a1, a2])).toEqual({
      sent: 4,
      applied: 3,
      missing: 0,
      duplicated: 0,
      outOfOrder: 0,
      unasked: 0,
    });
  });

  it.each([
    ['an act without an effect', [a1, a2], { missing: 1 }],
    ['a second effect', [a1, a2, b1, a2], { duplicated: 1 }],
    ['an effect after one of a later act of its key', [a2, b1, a1], { outOfOrder: 1 }],
    ['an effect of poison', [a1, a2, b1, poison], { unasked: 1 }],
    ['an effect of what was never done', [a1, a2, b1, act(9, 'c', 1)], { unasked: 1 }],
  ])('shows %s', (_what, effects, expected) => {
    expect(tally(acts, effects)).toMatchObject(expected);
  });
});
