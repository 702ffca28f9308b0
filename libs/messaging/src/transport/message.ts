import type { MessageHeaders } from '../messaging.options.js';
import type { StreamEntry } from './stream-entry.js';

/** What events and requests have in common. */
export interface Message {
  /** Given by the sender. An event's is a uuid, the same each time it is published again. */
  readonly id: string;
  readonly topic: string;
  /** As it travels: see `writePayload`. */
  readonly payload: string;
  readonly headers: MessageHeaders;
}

export interface EventMessage extends Message {
  /** What the event is about. Events of one key are handled one after the other. */
  readonly key: string;
}

/** @throws when the headers are no JSON object: no sender of this library writes such an entry. */
export function readEvent(entry: StreamEntry): EventMessage {
  const { entryId } = entry;
  return {
    id: entry.field('id') ?? entryId,
    topic: entry.field('topic') ?? '',
    payload: entry.field('payload') ?? 'null',
    headers: readHeaders(entry.field('headers')),
    // An entry without a key waits for no other.
    key: entry.field('key') ?? entryId,
  };
}

function readHeaders(text: string | undefined): MessageHeaders {
  if (text === undefined || text === '{}') return {};
  const headers: unknown = JSON.parse(text);
  if (typeof headers !== 'object' || headers === null) throw new Error('headers are no object');
  return headers as MessageHeaders;
}
