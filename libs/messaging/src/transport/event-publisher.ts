import { Injectable } from '@nestjs/common';
import type { ScriptArgument } from '@trilith/redis';
import { v7 as uuidv7, validate as isUuid } from 'uuid';

import { FencedError, InvalidPayloadError, StreamFullError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import type { OutboxMessage } from '../outbox/outbox-store.js';
import type { OutgoingEvent } from '../outbox/outgoing-event.js';
import { publishingEvents, relayingEvents } from '../tracing/event-spans.js';
import { outgoingHeaders } from '../tracing/span.js';
import { type AppendOutcome, appendEvents } from './event-scripts.js';
import { layoutError, rememberPublisher } from './layout.js';
import type { MessagingConnections } from './messaging-connections.js';
import { partitionOf } from './partition-of.js';
import { checkPayload, writePayload } from './payload.js';
import { StreamKeys } from './stream-keys.js';

/** How events are published. */
export interface PublishOptions {
  /**
   * Rises with each holder of the right to publish, such as the lease of an outbox relay: a token
   * lower than the highest that this publisher has used is refused.
   */
  readonly fencingToken?: bigint;
}

const appendedTogether = 1_000;

/**
 * Puts events on this service's streams, where every subscribing service finds them. For events that
 * belong to a change of data use the outbox, which loses none when the process dies in between.
 */
@Injectable()
export class EventPublisher {
  private readonly keys: StreamKeys;

  constructor(
    private readonly options: ResolvedMessagingOptions,
    private readonly connections: MessagingConnections,
  ) {
    this.keys = new StreamKeys(options.prefix);
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
    const topics = events.map(({ topic }) => nameOf(topic));
    await publishingEvents(topics, async () => {
      const headers = outgoingHeaders(this.options.context);
      const checked = await Promise.all(events.map(async (event) => check(event, headers)));
      await this.appendAll(
        checked.map((event) => fieldsOf(event, this.options)),
        token,
      );
      this.tellObserver(checked);
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
    const unbounded = { ...this.options, maxPayloadBytes: Number.POSITIVE_INFINITY };
    const written = events.map((event) => fieldsOf(event, unbounded));
    await relayingEvents(events, async () => this.appendAll(written, token));
    this.tellObserver(events);
  }

  private async appendAll(written: readonly ScriptArgument[][], token: string): Promise<void> {
    await this.connections.ready();
    for (let from = 0; from < written.length; from += appendedTogether) {
      await this.append(written.slice(from, from + appendedTogether), token);
    }
  }

  private async append(together: readonly ScriptArgument[][], token: string): Promise<void> {
    const { partitions, maxEntries, service } = this.options;
    const bounds = [Math.ceil(maxEntries / partitions), maxEntries];
    const args = [partitions, ...bounds, token, ...together.flat()];
    const redis = this.connections.commands;
    const outcome = await appendEvents(redis, [this.keys.events(service)], args);
    if (outcome.kind !== 'appended') throw this.refusal(outcome, together.length);
    if (outcome.isNewLayout) await rememberPublisher(redis, this.options);
  }

  private refusal(outcome: Exclude<AppendOutcome, { kind: 'appended' }>, count: number): Error {
    const { service: publisher, observer } = this.options;
    if (outcome.kind === 'layout') return layoutError(this.options, outcome.partitions);
    if (outcome.kind === 'fenced') return new FencedError(publisher, outcome.highest);
    observer.refused?.({ publisher, count });
    return new StreamFullError(outcome);
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
  const { id = uuidv7(), topic, key, deliverAt } = event;
  if (!isUuid(id)) refuse(topic, 'id', 'is no uuid');
  if (Number.isNaN(deliverAt?.getTime())) refuse(topic, 'deliverAt', 'is no time');
  const payload =
    typeof topic === 'string'
      ? event.payload
      : await checkPayload(topic.name, topic.schema, event.payload);
  const headers = { ...contextHeaders, ...event.headers };
  return { id, topic: nameOf(topic), key, payload, headers, deliverAt };
}

type WritingOptions = Pick<ResolvedMessagingOptions, 'partitions' | 'codec' | 'maxPayloadBytes'>;

/** The values that the script takes of an event. */
function fieldsOf(
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
