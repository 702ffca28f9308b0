import { describe, expect, it } from '@jest/globals';

import { lockMs } from './lock-policy.js';

const policy = { afterFailures: 10, firstMs: 60_000, longestMs: 3_600_000 };

describe('how long an account is locked', () => {
  it.each([
    [0, undefined],
    [9, undefined],
    [10, 60_000],
    [11, 120_000],
    [15, 1_920_000],
    [16, 3_600_000],
    [2_000_000_000, 3_600_000],
  ])('after %d failures', (failures, expected) => {
    expect(lockMs(failures, policy)).toBe(expected);
  });
});
