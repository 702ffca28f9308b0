import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@trilith/config';
import { z } from 'zod';

import { rate } from './rate.js';

const read = (text?: string) => loadConfig(z.object({ IT: rate('20/15m') }), { IT: text }).IT;

describe('a rate', () => {
  it.each([
    [undefined, 20, 900_000],
    ['5/1s', 5, 1_000],
    ['1000000/366d', 1_000_000, 31_622_400_000],
    ['3/0.5s', 3, 500],
  ])('should be so many in so long: %s', (text, limit, windowMs) => {
    expect(read(text)).toEqual({ limit, windowMs });
  });

  it.each(['0/1m', '1000001/1m', '5/0', '5/367d', '5', '/1m', '5/', '-5/1m', '5/1m/2', '1.5/1m'])(
    'should not be %s',
    (text) => {
      expect(() => read(text)).toThrow(/IT: got .* takes how many in which time, such as 20\/15m/);
    },
  );
});
