import { Injectable } from '@nestjs/common';
import type { ScriptArgument } from '@trilith/redis';
import { v7 as uuidv7, validate as isUuid } from 'uuid';

import { FencedError, InvalidPayloadError, StreamFullError } from '../messaging.errors.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import type { OutgoingEvent } from '../outbox/outgoing-event.js';
import { type AppendOutcome, appendEvents } from './event-scripts.js';
import { layoutError, rememberPublisher } from './layout.js';
import type { MessagingConnections } from './messaging-connections.js';
import { partitionOf } from './partition-of.js';
import { checkPayload } from './payload.js';
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
   * @throws {StreamFullError} when a subscribing service has left `maxEntries` undone: try later.
   * @throws {FencedError} when another has published with a higher fencing token: stop.
   * @throws {MessagingOptionError} when Redis has another number of partitions.
   * @throws when Redis is away, or does not answer in time: `isRedisUnavailable` tells.
   */
  async publish(
    events: readonly OutgoingEvent[],
    { fencingToken }: PublishOptions = {},
  ): Promise<void> {
    const token = fencingToken === undefined ? '' : toText(fencingToken);
    const contextHeaders = this.options.context.headers();
    const { partitions } = this.options;
    const written = await Promise.all(
      events.map(async (event) => write(event, { contextHeaders, partitions })),
    );
    await this.connections.ready();
    for (let from = 0; from < written.length; from += appendedTogether) {
      await this.append(written.slice(from, from + appendedTogether), token);
    }
    this.tellObserver(events);
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

  private tellObserver(events: readonly OutgoingEvent[]): void {
    const counts = new Map<string, number>();
    for (const { topic } of events) counts.set(nameOf(topic), (counts.get(nameOf(topic)) ?? 0) + 1);
    for (const [topic, count] of counts) this.options.observer.published?.({ topic, count });
  }
}

interface WriteOptions {
  readonly contextHeaders: Readonly<Record<string, string>>;
  readonly partitions: number;
}

/** The values that the script takes of an event. */
async function write(
  event: OutgoingEvent,
  { contextHeaders, partitions }: WriteOptions,
): Promise<ScriptArgument[]> {
  const { id = uuidv7(), topic, key, deliverAt } = event;
  if (!isUuid(id)) refuse(topic, 'id', 'is no uuid');
  const dueAtMs = deliverAt?.getTime();
  if (Number.isNaN(dueAtMs)) refuse(topic, 'deliverAt', 'is no time');
  const payload =
    typeof topic === 'string'
      ? event.payload
      : await checkPayload(topic.name, topic.schema, event.payload);
  return [
    partitionOf(key, partitions),
    dueAtMs ?? '',
    id,
    nameOf(topic),
    key,
    JSON.stringify(payload ?? null),
    JSON.stringify({ ...contextHeaders, ...event.headers }),
  ];
}

function refuse(topic: OutgoingEvent['topic'], path: string, message: string): never {
  throw new InvalidPayloadError(nameOf(topic), [{ path, message }]);
}

function nameOf(topic: OutgoingEvent['topic']): string {
  return typeof topic === 'string' ? topic : topic.name;
}

function toText(fencingToken: bigint): string {
  if (fencingToken < 0n) throw new RangeError(`a fencing token is never negative: ${fencingToken}`);
  return fencingToken.toString();
}
