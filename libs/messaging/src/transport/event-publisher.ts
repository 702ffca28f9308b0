import { Injectable } from '@nestjs/common';
import { v7 as uuidv7, validate as isUuid } from 'uuid';

import { InvalidPayloadError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import type { OutgoingEvent } from '../outbox/outgoing-event.js';
import type { MessagingConnections } from './messaging-connections.js';
import { checkPayload } from './payload.js';
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
   * @throws when Redis is away, or does not answer in time: `isRedisUnavailable` tells.
   */
  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    const contextHeaders = this.options.context.headers();
    const written = await Promise.all(events.map(async (event) => write(event, contextHeaders)));
    await this.connections.ready();
    for (let from = 0; from < written.length; from += appendedTogether) {
      const together = written.slice(from, from + appendedTogether);
      await appendEvents(this.connections.commands, [this.stream], together.flat());
    }
    this.tellObserver(events);
  }

  private tellObserver(events: readonly OutgoingEvent[]): void {
    const counts = new Map<string, number>();
    for (const { topic } of events) counts.set(nameOf(topic), (counts.get(nameOf(topic)) ?? 0) + 1);
    for (const [topic, count] of counts) this.options.observer.published?.({ topic, count });
  }
}

async function write(
  event: OutgoingEvent,
  contextHeaders: Readonly<Record<string, string>>,
): Promise<string[]> {
  const { id = uuidv7(), topic, key } = event;
  if (!isUuid(id)) {
    throw new InvalidPayloadError(nameOf(topic), [{ path: 'id', message: 'is no uuid' }]);
  }
  const payload =
    typeof topic === 'string'
      ? event.payload
      : await checkPayload(topic.name, topic.schema, event.payload);
  const headers = { ...contextHeaders, ...event.headers };
  return [id, nameOf(topic), key, JSON.stringify(payload ?? null), JSON.stringify(headers)];
}

function nameOf(topic: OutgoingEvent['topic']): string {
  return typeof topic === 'string' ? topic : topic.name;
}
