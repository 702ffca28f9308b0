const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * The partition of an event: FNV-1a (32 bit) of its key in UTF-8, modulo the number of partitions.
 * Other programs that publish must compute the same.
 */
export function partitionOf(key: string, partitions: number): number {
  let hash = offsetBasis;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, prime);
  return (hash >>> 0) % partitions;
}
