import type { OutboxMessage } from './outbox-store.js';

/** Events that one command publishes. */
export interface Portion {
  readonly messages: readonly OutboxMessage[];
  /** Their payloads as JSON; what else travels with them is small. */
  readonly bytes: number;
}

/** Splits events, in their order, into portions of at most `mostBytes`; a larger event stands alone. */
export function portionsOf(messages: readonly OutboxMessage[], mostBytes: number): Portion[] {
  const portions: { messages: OutboxMessage[]; bytes: number }[] = [];
  for (const message of messages) {
    const bytes = bytesOf(message);
    const last = portions.at(-1);
    if (last === undefined || last.bytes + bytes > mostBytes) {
      portions.push({ messages: [message], bytes });
    } else {
      last.messages.push(message);
      last.bytes += bytes;
    }
  }
  return portions;
}

function bytesOf({ payload }: OutboxMessage): number {
  return Buffer.byteLength(JSON.stringify(payload) ?? '');
}
