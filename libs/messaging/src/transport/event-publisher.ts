import { Injectable } from '@nestjs/common';
import { v7 as uuidv7, validate as isUuid } from 'uuid';

import { InvalidPayloadError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import type { OutboxMessage } from '../outbox/outbox-store.js';
import type { OutgoingEvent } from '../outbox/outgoing-event.js';
import { publishingEvents, relayingEvents } from '../tracing/event-spans.js';
import { outgoingHeaders } from '../tracing/span.js';
import type { MessagingConnections } from './messaging-connections.js';
import { checkPayload, writePayload } from './payload.js';
import { appendEvents } from './scripts.js';
import { StreamKeys } from './stream-keys.js';

const appendedTogether = 200;

/**
 * Puts events on this service's stream, where every subscribing service finds them. For events that
 * belong to a change of data use the outbox, which loses none when the process dies in between.
 */
@Injectable()
export class EventPublisher {
  private readonly stream: string;

  constructor(
    private readonly options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
  ) {
    this.stream = new StreamKeys(options.prefix).events(options.service);
  }

  /**
   * Appends events in the order given; resolves when all are in the stream. When it rejects, none
   * or the first of them may be there: repeat all with the same ids, and inboxes see no difference.
   *
   * @throws {InvalidPayloadError} when an id is no uuid or a payload does not fit its topic's schema;
   *   none is published.
   * @throws {PayloadTooLargeError} when one takes more than `maxPayloadBytes`; none is published.
   * @throws when Redis is away, or does not answer in time: `isRedisUnavailable` tells.
   */
  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    const topics = events.map(({ topic }) => nameOf(topic));
    await publishingEvents(topics, async () => {
      const { context, maxPayloadBytes } = this.options;
      const headers = outgoingHeaders(context);
      const checked = await Promise.all(events.map(async (event) => check(event, headers)));
      await this.append(checked.map((event) => fieldsOf(event, maxPayloadBytes)));
      this.tellObserver(checked);
    });
  }

  /**
   * Appends events that an outbox has checked, as they are: what it took in time past must not stop
   * the others, should it be too large for today's bound. Otherwise as {@link publish}.
   */
  async relay(events: readonly OutboxMessage[]): Promise<void> {
    const written = events.map((event) => fieldsOf(event, Number.POSITIVE_INFINITY));
    await relayingEvents(events, async () => this.append(written));
    this.tellObserver(events);
  }

  private async append(written: readonly string[][]): Promise<void> {
    await this.connections.ready();
    for (let from = 0; from < written.length; from += appendedTogether) {
      const together = written.slice(from, from + appendedTogether);
      await appendEvents(this.connections.commands, [this.stream], together.flat());
    }
  }

  private tellObserver(events: readonly OutboxMessage[]): void {
    const counts = new Map<string, number>();
    for (const { topic } of events) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    for (const [topic, count] of counts) this.options.observer.published?.({ topic, count });
  }
}

async function check(
  event: OutgoingEvent,
  contextHeaders: Readonly<Record<string, string>>,
): Promise<OutboxMessage> {
  const { id = uuidv7(), topic, key } = event;
  if (!isUuid(id)) {
    throw new InvalidPayloadError(nameOf(topic), [{ path: 'id', message: 'is no uuid' }]);
  }
  const payload =
    typeof topic === 'string'
      ? event.payload
      : await checkPayload(topic.name, topic.schema, event.payload);
  return {
    id,
    topic: nameOf(topic),
    key,
    payload,
    headers: { ...contextHeaders, ...event.headers },
  };
}

function fieldsOf(event: OutboxMessage, maxPayloadBytes: number): string[] {
  const { id, topic, key, payload, headers } = event;
  const text = writePayload(payload, { topic, maxPayloadBytes });
  return [id, topic, key, text, JSON.stringify(headers)];
}

function nameOf(topic: OutgoingEvent['topic']): string {
  return typeof topic === 'string' ? topic : topic.name;
}
