import type { MessageHeaders } from '../messaging.options.js';
import type { Message } from './message.js';

export interface RequestMessage extends Message {
  /** The channel that the caller hears. */
  readonly replyTo: string;
  /** When the caller gives up, by the server's clock, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** A request's entry: who asks what, beside the time it has and its payload. */
interface Envelope {
  readonly id: string;
  readonly topic: string;
  readonly replyTo: string;
  /** Left out when there is none. */
  readonly headers?: MessageHeaders;
}

/** The envelope as it travels. */
export function writeEnvelope({ headers, ...rest }: Required<Envelope>): string {
  return JSON.stringify(isEmpty(headers) ? rest : { ...rest, headers });
}

/**
 * A request from its entry's id and its flat list of names and values.
 *
 * @throws when the entry is no request: no sender of this library writes such an entry.
 */
export function readRequest(entryId: string, flat: readonly string[]): RequestMessage {
  const fields = { timeout: '', request: '', payload: 'null' };
  for (let index = 0; index + 1 < flat.length; index += 2) {
    fields[flat[index] as keyof typeof fields] = flat[index + 1] ?? '';
  }
  const timeoutMs = Number(fields.timeout);
  if (!(timeoutMs > 0)) throw new Error('the entry is no request');
  const { id, topic, replyTo, headers = {} } = readEnvelope(fields.request);
  const expiresAtMs = Number.parseInt(entryId, 10) + timeoutMs;
  return { id, topic, replyTo, headers, payload: fields.payload, expiresAtMs };
}

function readEnvelope(text: string): Envelope {
  const envelope = JSON.parse(text) as Partial<Envelope> | null;
  if (typeof envelope?.replyTo === 'string') return envelope as Envelope;
  throw new Error('the entry is no request');
}

function isEmpty(headers: MessageHeaders): boolean {
  for (const name in headers) if (Object.hasOwn(headers, name)) return false;
  return true;
}
