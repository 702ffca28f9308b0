import { Injectable } from '@nestjs/common';
import type { ScriptArgument } from '@trilith/redis';
import { v7 as uuidv7, validate as isUuid } from 'uuid';

import { InvalidPayloadError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import type { OutboxMessage } from '../outbox/outbox-store.js';
import type { OutgoingEvent } from '../outbox/outgoing-event.js';
import { publishingEvents, relayingEvents } from '../tracing/event-spans.js';
import { outgoingHeaders } from '../tracing/span.js';
import { EventAppender, type EventBatch } from './event-appender.js';
import type { MessagingConnections } from './messaging-connections.js';
import { partitionOf } from './partition-of.js';
import { checkPayload, writePayload } from './payload.js';

/** How events are published. */
export interface PublishOptions {
  /**
   * Rises with each holder of the right to publish, such as the lease of an outbox relay: a token
   * lower than the highest that this publisher has used is refused.
   */
  readonly fencingToken?: bigint;
}

const appendedTogether = 1_000;

type WritingOptions = Pick<ResolvedMessagingOptions, 'partitions' | 'codec' | 'maxPayloadBytes'>;

/**
 * Puts events on this service's streams, where every subscribing service finds them. For events that
 * belong to a change of data use the outbox, which loses none when the process dies in between.
 */
@Injectable()
export class EventPublisher {
  private readonly appender: EventAppender;

  constructor(
    private readonly options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
  ) {
    this.appender = new EventAppender(options, connections);
  }

  /**
   * Appends events in the order given; resolves when all are in the streams, or wait there for their
   * `deliverAt`. Up to 1,000 events are appended all or none. When it rejects with more, the first
   * of them may be there: repeat all with the same ids, and inboxes see no difference.
   *
   * @throws {InvalidPayloadError} when an id is no uuid, `deliverAt` no time, or a payload does not
   *   fit its topic's schema; none is published.
   * @throws {PayloadTooLargeError} when one takes more than `maxPayloadBytes`; none is published.
   * @throws {StreamFullError} when a subscribing service has left `maxEntries` undone: try later.
   * @throws {FencedError} when another has published with a higher fencing token: stop.
   * @throws {MessagingOptionError} when Redis has another number of partitions.
   * @throws when Redis is away, or does not answer in time: `isRedisUnavailable` tells.
   */
  async publish(
    events: readonly OutgoingEvent[],
    { fencingToken }: PublishOptions = {},
  ): Promise<void> {
    const token = toText(fencingToken);
    await publishingEvents(events, async () => {
      const checked = await this.checkAll(events);
      await this.appendAll(checked, { token, options: this.options });
    });
  }

  /**
   * Appends events that an outbox has checked, as they are: what it took in time past must not stop
   * the others, should it be too large for today's bound. Otherwise as {@link publish}.
   */
  async relay(
    events: readonly OutboxMessage[],
    { fencingToken }: PublishOptions = {},
  ): Promise<void> {
    const token = toText(fencingToken);
    const options = { ...this.options, maxPayloadBytes: Number.POSITIVE_INFINITY };
    await relayingEvents(events, async () => this.appendAll(events, { token, options }));
  }

  /** A promise only where a schema has to look. */
  private checkAll(
    events: readonly OutgoingEvent[],
  ): readonly OutboxMessage[] | Promise<readonly OutboxMessage[]> {
    const headers = outgoingHeaders(this.options.context);
    const isChecked = events.some(({ topic }) => typeof topic !== 'string');
    if (!isChecked) return events.map((event) => messageOf(event, event.payload, headers));
    return Promise.all(
      events.map(async (event) => messageOf(event, await checkedPayload(event), headers)),
    );
  }

  private async appendAll(
    events: readonly OutboxMessage[],
    { token, options }: { token: string; options: WritingOptions },
  ): Promise<void> {
    // All are written before the first is appended: one that is too large keeps back all.
    const batches: EventBatch[] = [];
    for (let from = 0; from < events.length; from += appendedTogether) {
      const some = events.slice(from, from + appendedTogether);
      const values: ScriptArgument[] = [];
      for (const event of some) values.push(...valuesOf(event, options));
      batches.push({ count: some.length, values, token });
    }
    if (!this.connections.isReady) await this.connections.ready();
    for (const batch of batches) await this.appender.append(batch);
    this.tellObserver(events);
  }

  private tellObserver(events: readonly OutboxMessage[]): void {
    const { observer } = this.options;
    if (observer.published === undefined) return;
    const counts = new Map<string, number>();
    for (const { topic } of events) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    for (const [topic, count] of counts) observer.published({ topic, count });
  }
}

async function checkedPayload({ topic, payload }: OutgoingEvent): Promise<unknown> {
  return typeof topic === 'string' ? payload : checkPayload(topic.name, topic.schema, payload);
}

function messageOf(
  event: OutgoingEvent,
  payload: unknown,
  contextHeaders: Readonly<Record<string, string>>,
): OutboxMessage {
  const { id = uuidv7(), topic, key, deliverAt } = event;
  if (!isUuid(id)) refuse(topic, 'id', 'is no uuid');
  if (Number.isNaN(deliverAt?.getTime())) refuse(topic, 'deliverAt', 'is no time');
  const headers = { ...contextHeaders, ...event.headers };
  return { id, topic: nameOf(topic), key, payload, headers, deliverAt };
}

/** The values that the script takes of an event. */
function valuesOf(
  { id, topic, key, payload, headers, deliverAt }: OutboxMessage,
  { partitions, codec, maxPayloadBytes }: WritingOptions,
): ScriptArgument[] {
  return [
    partitionOf(key, partitions),
    deliverAt?.getTime() ?? '',
    id,
    topic,
    key,
    writePayload(payload, { topic, codec, maxPayloadBytes }),
    JSON.stringify(headers),
  ];
}

function refuse(topic: OutgoingEvent['topic'], path: string, message: string): never {
  throw new InvalidPayloadError(nameOf(topic), [{ path, message }]);
}

function nameOf(topic: OutgoingEvent['topic']): string {
  return typeof topic === 'string' ? topic : topic.name;
}

function toText(fencingToken: bigint | undefined): string {
  if (fencingToken === undefined) return '';
  if (fencingToken < 0n) throw new RangeError(`a fencing token is never negative: ${fencingToken}`);
  return fencingToken.toString();
}
