import { parse as parseUuid } from 'uuid';

import type { KeySpace } from '../store/key-space.js';

const MINUTE_MS = 60_000;

/** Where a structure remembers that it has counted an event. */
export interface InboxEntry {
  /** The set of events of one minute: `inbox` and that minute's number in the key space. */
  readonly bucket: string;
  /** The minute of the id's own time, since 1970. */
  readonly minute: number;
  /** The event's id, packed into 16 bytes. */
  readonly id: Buffer;
}

/**
 * The inbox entry of an event, for a script that records it together with the event's effect.
 *
 * Every structure has an inbox of its own, in its own hash tag: an event that reached one structure
 * and not yet the next is taken up where it stopped, on a cluster too. Events share a set per
 * minute of their ids' own time (uuid v7), so that a repetition looks in the set where the first
 * delivery wrote, whenever it arrives. A set costs about 20 bytes an event while it has at most
 * 128, and 40 to 60 above that; a key for each event would cost 120 or more.
 *
 * Ids of other versions work too, but gather less well.
 *
 * @throws {TypeError} when the id is no uuid.
 */
export function inboxEntry(keys: KeySpace, eventId: string): InboxEntry {
  const id = Buffer.from(parseUuid(eventId));
  const minute = Math.floor(id.readUIntBE(0, 6) / MINUTE_MS);
  return { bucket: keys.key('inbox', minute), minute, id };
}
