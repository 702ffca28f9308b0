const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * The partition of an event: FNV-1a (32 bit) of its key in UTF-8, modulo the number of partitions.
 * Other programs that publish must compute the same.
 */
export function partitionOf(key: string, partitions: number): number {
  let hash = offsetBasis;
  for (let index = 0; index < key.length; index += 1) {
    const code = key.charCodeAt(index);
    // Up to here a character was a byte, as it is in most keys to the end.
    if (code > 0x7f) return hashOf(Buffer.from(key)) % partitions;
    hash = Math.imul(hash ^ code, prime);
  }
  return (hash >>> 0) % partitions;
}

function hashOf(bytes: Uint8Array): number {
  let hash = offsetBasis;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, prime);
  return hash >>> 0;
}
