/** One entry of a stream. */
export class StreamEntry {
  constructor(
    /** As Redis numbers it: `1700000000000-0`, the time in milliseconds first. */
    readonly entryId: string,
    /** Names and values in turn, as Redis answers: few, so that looking through them is quick. */
    readonly flat: readonly string[],
  ) {}

  field(name: string): string | undefined {
    const { flat } = this;
    for (let index = 0; index + 1 < flat.length; index += 2) {
      if (flat[index] === name) return flat[index + 1];
    }
    return undefined;
  }
}

/** When the entry was added, by the server's clock, in milliseconds since 1970. */
export function addedAtMs({ entryId }: Pick<StreamEntry, 'entryId'>): number {
  return Number.parseInt(entryId, 10);
}
