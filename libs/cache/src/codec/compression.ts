import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** How payloads are made smaller. */
export type CompressionAlgorithm = 'gzip' | 'zstd';

export interface CompressionOptions {
  /** Payloads of fewer bytes are left as they are. Default 16 384. */
  aboveBytes?: number;
  /** Default `zstd`. What the other one wrote can be read all the same. */
  algorithm?: CompressionAlgorithm;
}

const compressors = { gzip: gzipSync, zstd: zstdCompressSync } as const;
const decompressors = { gzip: gunzipSync, zstd: zstdDecompressSync } as const;

export function compress(payload: Uint8Array, algorithm: CompressionAlgorithm): Buffer {
  return compressors[algorithm](payload);
}

/** @throws when it is damaged, or would be larger than `maxBytes`: a few bytes can stand for many. */
export function decompress(
  payload: Uint8Array,
  algorithm: CompressionAlgorithm,
  maxBytes: number,
): Buffer {
  return decompressors[algorithm](payload, { maxOutputLength: maxBytes });
}
