import type { Codec } from './codec.js';

/** What is used of a `Packr` of msgpackr. */
export interface PackrLike {
  pack(value: unknown): Uint8Array;
  unpack(bytes: Uint8Array): unknown;
}

/**
 * MessagePack by msgpackr, which is handed in so that applications without it need not install it:
 * `codec: msgpackrCodec(new Packr({ moreTypes: true }))`. Dates and binary data keep their types, with
 * `moreTypes` Sets and more. Every process must use the same options; shared structures cannot be used.
 */
export function msgpackrCodec(packr: PackrLike): Codec {
  return {
    name: 'msgpackr',
    id: 2,
    encode: (value) => packr.pack(value),
    decode: (bytes) => packr.unpack(bytes),
  };
}
