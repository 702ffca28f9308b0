import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '@trilith/config';
import { z } from 'zod';

import { trustedProxies } from './trusted-proxies.js';

const read = (text?: string) => loadConfig(z.object({ IT: trustedProxies() }), { IT: text }).IT;

describe('trusted proxies', () => {
  it.each([
    [undefined, 0],
    ['2', 2],
    ['10.0.0.0/8, 192.0.2.1', ['10.0.0.0/8', '192.0.2.1']],
    ['fd00::/8', ['fd00::/8']],
  ])('should be a number of hops or a list of places: %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each(['101', '-1', '10.0.0.0/33', 'proxy.example.org', '10.0.0.1,', 'true'])(
    'should not be %s',
    (text) => {
      expect(() => read(text)).toThrow(/IT: got .* takes the number of proxies/);
    },
  );
});
