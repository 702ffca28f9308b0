import { Inject, type InjectionToken } from '@nestjs/common';

import { DEFAULT_CONNECTION } from './messaging.options.js';
import { Outbox } from './outbox/outbox.js';
import { EventPublisher } from './transport/event-publisher.js';
import { MessagingConnections } from './transport/messaging-connections.js';
import { RedisStreamsServer } from './transport/redis-streams.server.js';

/** Injects the options of this service's messaging, with every default filled in. */
export const MESSAGING_OPTIONS = Symbol('MESSAGING_OPTIONS');

/** What injects the {@link EventPublisher} of a named connection; without a name, the class. */
export function getEventPublisherToken(name?: string): InjectionToken<EventPublisher> {
  return isDefault(name) ? EventPublisher : `EventPublisher:${name}`;
}

/** What injects the {@link RedisStreamsServer} of a named connection; without a name, the class. */
export function getRedisStreamsServerToken(name?: string): InjectionToken<RedisStreamsServer> {
  return isDefault(name) ? RedisStreamsServer : `RedisStreamsServer:${name}`;
}

/** What injects the {@link MessagingConnections} of a named connection; without a name, the class. */
export function getMessagingConnectionsToken(name?: string): InjectionToken<MessagingConnections> {
  return isDefault(name) ? MessagingConnections : `MessagingConnections:${name}`;
}

/** What injects the resolved options of a named connection. */
export function getMessagingOptionsToken(name?: string): InjectionToken {
  return isDefault(name) ? MESSAGING_OPTIONS : `MESSAGING_OPTIONS:${name}`;
}

/** What injects the {@link Outbox} that is bound to a named connection; without a name, the class. */
export function getOutboxToken(name?: string): InjectionToken<Outbox> {
  return isDefault(name) ? Outbox : `Outbox:${name}`;
}

/** Injects the {@link EventPublisher} of a named connection. */
export function InjectEventPublisher(name?: string): ReturnType<typeof Inject> {
  return Inject(getEventPublisherToken(name));
}

/** Injects the {@link RedisStreamsServer} of a named connection. */
export function InjectRedisStreamsServer(name?: string): ReturnType<typeof Inject> {
  return Inject(getRedisStreamsServerToken(name));
}

/** Injects the {@link MessagingConnections} of a named connection. */
export function InjectMessagingConnections(name?: string): ReturnType<typeof Inject> {
  return Inject(getMessagingConnectionsToken(name));
}

/** Injects the {@link Outbox} that is bound to a named connection. */
export function InjectOutbox(name?: string): ReturnType<typeof Inject> {
  return Inject(getOutboxToken(name));
}

function isDefault(name: string | undefined): boolean {
  return name === undefined || name === DEFAULT_CONNECTION;
}
