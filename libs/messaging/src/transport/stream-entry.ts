/** One entry of a stream. */
export interface StreamEntry {
  /** As Redis numbers it: `1700000000000-0`, the time in milliseconds first. */
  readonly entryId: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** From the flat list of names and values that Redis answers with. */
export function toStreamEntry(entryId: string, flat: readonly string[]): StreamEntry {
  const fields = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2) {
    fields.set(flat[index] ?? '', flat[index + 1] ?? '');
  }
  return { entryId, fields };
}

/** When the entry was added, by the server's clock, in milliseconds since 1970. */
export function addedAtMs({ entryId }: StreamEntry): number {
  return Number.parseInt(entryId, 10);
}
