import { v7 as uuidv7, validate as isUuid } from 'uuid';

import { InvalidPayloadError } from '../messaging.errors.js';
import { jsonCodec } from '../transport/payload-codec.js';
import { checkPayload, requireSize } from '../transport/payload.js';
import type { OutboxMessage } from './outbox-store.js';
import type { OutgoingEvent } from './outgoing-event.js';

export interface StorableMessageOptions {
  readonly contextHeaders: Readonly<Record<string, string>>;
  readonly maxPayloadBytes: number;
}

const END_OF_YEAR_9999 = Date.UTC(10_000, 0);

/**
 * An event with its id, as every store gives it back: the payload is what its schema makes of it,
 * through JSON. What the schema drops (a field that the contract does not name) is not published.
 * @throws {InvalidPayloadError}
 * @throws {PayloadTooLargeError}
 */
export async function storableMessage(
  event: OutgoingEvent,
  { contextHeaders, maxPayloadBytes }: StorableMessageOptions,
): Promise<OutboxMessage> {
  const { id = uuidv7(), key, topic, deliverAt } = event;
  const name = typeof topic === 'string' ? topic : topic.name;
  if (!isUuid(id)) refuse(name, 'id', 'is no uuid');
  if (deliverAt !== undefined) requireStorable(name, deliverAt);
  const payload =
    typeof topic === 'string'
      ? event.payload
      : await checkPayload(name, topic.schema, event.payload);
  const headers = { ...contextHeaders, ...event.headers };
  const message = throughJson({ id, topic: name, key, payload, headers }, maxPayloadBytes);
  return deliverAt === undefined ? message : { ...message, deliverAt };
}

/** Times that each store keeps as they are, to the millisecond. */
function requireStorable(topic: string, deliverAt: Date): void {
  const time = deliverAt instanceof Date ? deliverAt.getTime() : Number.NaN;
  if (time >= 0 && time < END_OF_YEAR_9999) return;
  refuse(topic, 'deliverAt', 'is no date from 1970 to 9999');
}

/** So that a date, say, is the same text to a consumer whichever store the event waited in. */
function throughJson(message: OutboxMessage, maxPayloadBytes: number): OutboxMessage {
  const json = toJson(message);
  // JSON.stringify escapes exactly these: the null character, which PostgreSQL cannot store, and
  // halves of surrogate pairs, which neither store can. A backslash before one is no escape.
  if (/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json)) {
    refuse(message.topic, '', 'text with \\u0000 or a lone surrogate cannot be stored');
  }
  const stored = JSON.parse(json) as OutboxMessage;
  if (!('payload' in stored)) refuse(message.topic, '', `${typeof message.payload} is not JSON`);
  requireSize(stored.payload, json, { topic: message.topic, codec: jsonCodec, maxPayloadBytes });
  return stored;
}

function toJson(message: OutboxMessage): string {
  try {
    return JSON.stringify(message);
  } catch (cause) {
    // A cycle, a bigint.
    return refuse(message.topic, '', String(cause));
  }
}

function refuse(topic: string, path: string, message: string): never {
  throw new InvalidPayloadError(topic, [{ path, message }]);
}
