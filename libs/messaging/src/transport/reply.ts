import { isJson } from './payload.js';

/** One message of a reply. A reply ends with `last` or with an error. */
export interface Reply {
  /** The request that it answers. */
  readonly id: string;
  readonly last?: boolean;
  readonly value?: unknown;
  readonly error?: unknown;
  /** Value or error is not what it says but a payload as it travels: see `readPayload`. */
  readonly coded?: boolean;
}

/** One message of a reply that is to be sent. */
export interface OutgoingReply {
  readonly id: string;
  readonly last: boolean;
  /** What the payload is. */
  readonly kind: 'value' | 'error';
  /** As it travels; none where there is no value. */
  readonly payload: string | undefined;
}

/** JSON lies in the message as it is, to be read with all the rest at once. */
export function writeReply({ id, last, kind, payload }: OutgoingReply): string {
  const status = last ? `{"id":${JSON.stringify(id)},"last":true` : `{"id":${JSON.stringify(id)}`;
  if (payload === undefined) return `${status}}`;
  if (isJson(payload)) return `${status},"${kind}":${payload}}`;
  return `${status},"coded":true,"${kind}":${JSON.stringify(payload)}}`;
}

/** The replies in one message: none in what is no message of replies. */
export function readReplies(text: string): readonly Reply[] {
  try {
    const replies: unknown = JSON.parse(text);
    return Array.isArray(replies) ? replies.filter(isReply) : [];
  } catch {
    return [];
  }
}

function isReply(value: unknown): value is Reply {
  return typeof (value as Reply | null)?.id === 'string';
}
