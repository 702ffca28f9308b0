import { type Attributes, type Link, SpanKind, trace } from '@opentelemetry/api';

import type { MessageHeaders } from '../messaging.options.js';
import type { OutgoingEvent } from '../outbox/outgoing-event.js';
import { creationContext, inSpan, isTracing, known } from './span.js';

/** An event, as far as spans tell of it. */
export interface TracedEvent {
  readonly id: string;
  readonly topic: string;
  readonly headers: MessageHeaders;
}

/** Where an event came from, and the how-manieth time. */
export interface TracedDelivery {
  readonly stream: string;
  readonly entryId: string;
  readonly attempt: number;
}

/** The header that carries a correlation id where there is one. */
const correlationHeader = 'x-correlation-id';

/**
 * An event is created in the outbox: what it carries from here is this span's context, so that its
 * handlers belong to the trace of the request that added it, whoever publishes it.
 */
export async function creatingEvent<Event extends TracedEvent>(
  topic: string,
  work: () => Promise<Event>,
): Promise<Event> {
  if (!isTracing()) return work();
  const facts = { name: `create ${topic}`, kind: SpanKind.PRODUCER };
  const attributes = operation('create', 'create', topic);
  return inSpan({ ...facts, attributes }, async (span) => {
    const event = await work();
    span.setAttributes(messageAttributes(event));
    return event;
  });
}

/** Events are published that no outbox holds: what they carry is this span's context. */
export function publishingEvents(
  events: readonly Pick<OutgoingEvent, 'topic'>[],
  work: () => Promise<void>,
): Promise<void> {
  if (!isTracing() || events.length === 0) return work();
  const topics = events.map(({ topic }) => (typeof topic === 'string' ? topic : topic.name));
  return inSpan(sendFacts(topics, SpanKind.PRODUCER), work);
}

/**
 * Events are published from an outbox, of many requests at once: the span has none of them for its
 * parent, and links to where each event was created.
 */
export async function relayingEvents(
  events: readonly TracedEvent[],
  work: () => Promise<void>,
): Promise<void> {
  if (!isTracing() || events.length === 0) return work();
  const facts = sendFacts(
    events.map(({ topic }) => topic),
    SpanKind.CLIENT,
  );
  return inSpan({ ...facts, root: true, links: events.flatMap(linkTo) }, work);
}

/** An attempt to handle an event: a child of where the event was created. */
export function handlingEvent(
  event: TracedEvent,
  { group, delivery }: { readonly group: string; readonly delivery: TracedDelivery },
  work: () => Promise<void>,
): Promise<void> {
  if (!isTracing()) return work();
  const attributes = {
    ...operation('process', 'process', event.topic),
    ...messageAttributes(event),
    'messaging.consumer.group.name': group,
    'messaging.redis_streams.stream': delivery.stream,
    'messaging.redis_streams.entry_id': delivery.entryId,
    'messaging.redis_streams.attempt': delivery.attempt,
  };
  const parent = creationContext(event.headers);
  const facts = { name: `process ${event.topic}`, kind: SpanKind.CONSUMER, attributes, parent };
  return inSpan(facts, work);
}

function sendFacts(topics: readonly string[], kind: SpanKind) {
  const [topic = '', ...others] = new Set(topics);
  // Attributes of a batch say what holds for each event in it.
  const destination = others.length === 0 ? topic : '';
  const attributes = {
    ...operation('send', 'send', destination),
    ...(topics.length > 1 && { 'messaging.batch.message_count': topics.length }),
  };
  return { name: `send ${destination}`.trimEnd(), kind, attributes };
}

function operation(name: string, type: string, topic: string): Attributes {
  return known({
    'messaging.system': 'redis_streams',
    'messaging.operation.name': name,
    'messaging.operation.type': type,
    'messaging.destination.name': topic,
  });
}

function messageAttributes({ id, headers }: TracedEvent): Attributes {
  return known({
    'messaging.message.id': id,
    'messaging.message.conversation_id': headers[correlationHeader],
  });
}

function linkTo({ id, headers }: TracedEvent): Link[] {
  const context = trace.getSpanContext(creationContext(headers));
  return context ? [{ context, attributes: { 'messaging.message.id': id } }] : [];
}
