/** Where the floor that keeps order keeps a round's events: one stream for each partition. */
export const PARTITIONS = 16;

/** All of one hash tag, as ours are. */
export function orderedStream(prefix: string, partition: number): string {
  return `${prefix}:{events}:${partition}`;
}

/** Says who owns a partition. */
export function ownerOf(stream: string): string {
  return `${stream}:owner`;
}
