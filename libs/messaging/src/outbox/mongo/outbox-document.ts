import type { Filter, Timestamp } from 'mongodb';

import type { OutboxMessage, SentQuery } from '../outbox-store.js';

/** An event as it lies in the collection. */
export interface OutboxDocument extends Omit<OutboxMessage, 'id'> {
  readonly _id: string;
  /**
   * Written empty. MongoDB puts its cluster time there as it inserts: an order that rises with each
   * insert, whatever the clocks of the writers say. A server that leaves it empty orders by `_id`.
   */
  readonly sequence: Timestamp;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

export async function toDocuments(messages: readonly OutboxMessage[]): Promise<OutboxDocument[]> {
  // Only here is the driver itself needed, and only applications with MongoDB have it.
  const { Timestamp } = await import('mongodb');
  const createdAt = new Date();
  return messages.map(({ id, ...message }) => ({
    _id: id,
    sequence: new Timestamp(0n),
    ...message,
    createdAt,
    sentAt: null,
  }));
}

export function toMessage(document: OutboxDocument): OutboxMessage {
  const { _id: id, topic, key, payload, headers, deliverAt } = document;
  const message = { id, topic, key, payload, headers };
  return deliverAt === undefined ? message : { ...message, deliverAt };
}

/** Where an event is among the sent ones: `sentAt:sequence:id`. */
export function positionOf({ sentAt, sequence, _id }: OutboxDocument): string {
  return `${sentAt?.getTime()}:${sequence.toBigInt()}:${_id}`;
}

/** The sent events that a query asks for, after its position. One index has this order. */
export async function sentFilter(query: SentQuery): Promise<Filter<OutboxDocument>> {
  const { since, until, after } = query;
  if (after === undefined) return { sentAt: { $gte: since, $lt: until } };
  const { Timestamp } = await import('mongodb');
  const [time, order, _id] = after.split(':') as [string, string, string];
  const sentAt = new Date(Number(time));
  const sequence = new Timestamp(BigInt(order));
  return {
    // The range of the index; what shares the time of the position is told apart below.
    sentAt: { $gte: sentAt, $lt: until },
    $or: [
      { sentAt: { $gt: sentAt } },
      { sentAt, sequence: { $gt: sequence } },
      { sentAt, sequence, _id: { $gt: _id } },
    ],
  };
}
