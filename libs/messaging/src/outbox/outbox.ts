import { Injectable } from '@nestjs/common';

import { DEFAULT_MAX_PAYLOAD_BYTES } from '../messaging.options.js';
import { creatingEvent } from '../tracing/event-spans.js';
import { outgoingHeaders } from '../tracing/span.js';
import type { OutboxLag, OutboxMessage, OutboxStore } from './outbox-store.js';
import type { OutgoingEvent } from './outgoing-event.js';
import { storableMessage } from './storable-message.js';

/** Gives the headers that each message of the current request carries: correlation id, trace. */
export interface HeaderSource {
  headers(): Readonly<Record<string, string>>;
}

/**
 * Publishes events together with the change they tell of: an event added in a transaction is
 * published if that transaction commits, at least once, and never if it does not.
 */
@Injectable()
export class Outbox {
  constructor(
    private readonly store: OutboxStore,
    private readonly context: HeaderSource = { headers: () => ({}) },
    private readonly maxPayloadBytes: number = DEFAULT_MAX_PAYLOAD_BYTES,
  ) {}

  /**
   * Adds an event in the transaction that the caller is in. Change the data first, then add: the
   * change's lock is what keeps events of one key in the order of their commits.
   * @returns the message id, which the event keeps however often it is published.
   * @throws {OutboxTransactionRequiredError} outside of a transaction.
   * @throws {InvalidPayloadError} when the payload does not fit the topic's schema or is not JSON.
   * @throws {PayloadTooLargeError} when it takes more than `maxPayloadBytes`.
   */
  async add(event: OutgoingEvent): Promise<string> {
    const message = await this.toMessage(event);
    await this.store.add([message]);
    return message.id;
  }

  /** Adds several events with one write, published in the order given. See {@link add}. */
  async addAll(events: readonly OutgoingEvent[]): Promise<string[]> {
    const messages: OutboxMessage[] = [];
    for (const event of events) messages.push(await this.toMessage(event));
    if (messages.length > 0) await this.store.add(messages);
    return messages.map(({ id }) => id);
  }

  /** How many committed events wait for publication, and for how long. */
  async lag(): Promise<OutboxLag> {
    return this.store.lag();
  }

  private async toMessage(event: OutgoingEvent): Promise<OutboxMessage> {
    const { maxPayloadBytes } = this;
    const topic = typeof event.topic === 'string' ? event.topic : event.topic.name;
    return creatingEvent(topic, async () => {
      return storableMessage(event, {
        contextHeaders: outgoingHeaders(this.context),
        maxPayloadBytes,
      });
    });
  }
}
