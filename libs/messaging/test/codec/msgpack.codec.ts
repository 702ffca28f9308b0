import { Packr } from 'msgpackr';

import type { BinaryCodec } from '../../src/index.js';

const packr = new Packr({ moreTypes: true });

/** That of the README: dates, maps, sets and bytes arrive as what they were. */
export const msgpackCodec: BinaryCodec = {
  name: 'msgpack',
  format: 'binary',
  encode: (payload) => packr.pack(payload),
  decode: (bytes) => packr.unpack(bytes) as unknown,
};
