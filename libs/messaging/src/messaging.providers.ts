import type { FactoryProvider, InjectionToken, Provider } from '@nestjs/common';

import { DEFAULT_CONNECTION, type ResolvedMessagingOptions } from './messaging.options.js';
import {
  getEventPublisherToken,
  getMessagingConnectionsToken,
  getMessagingOptionsToken,
  getRedisStreamsServerToken,
} from './messaging.tokens.js';
import { EventPublisher } from './transport/event-publisher.js';
import { MessagingConnections } from './transport/messaging-connections.js';
import { RedisStreamsClient } from './transport/redis-streams.client.js';
import { RedisStreamsServer } from './transport/redis-streams.server.js';
import { ReplyInbox } from './transport/reply-inbox.js';

/** What the module of one connection closes in the end. */
export const MESSAGING_RESOURCES = Symbol('MESSAGING_RESOURCES');

export interface MessagingResources {
  readonly connections: MessagingConnections;
  readonly replies: ReplyInbox;
}

/** A service to ask, and the token that injects its {@link RedisStreamsClient}. */
export interface MessagingClientOptions {
  readonly token: InjectionToken;
  readonly service: string;
  /** The `name` of the connection that it is asked over. Default: the one without a name. */
  readonly connection?: string;
}

/** Everything of one connection, under the tokens of its name. */
export function transportProviders(name: string): Provider[] {
  const options = getMessagingOptionsToken(name);
  const connections = getMessagingConnectionsToken(name);
  const replies = replyInboxToken(name);
  return [
    {
      provide: connections,
      inject: [options],
      useFactory: (given: ResolvedMessagingOptions) => new MessagingConnections(given),
    },
    part(ReplyInbox, replies, [options, connections]),
    part(EventPublisher, getEventPublisherToken(name), [options, connections]),
    part(RedisStreamsServer, getRedisStreamsServerToken(name), [options, connections]),
    {
      provide: MESSAGING_RESOURCES,
      inject: [connections, replies],
      useFactory: (opened: MessagingConnections, inbox: ReplyInbox): MessagingResources => ({
        connections: opened,
        replies: inbox,
      }),
    },
  ];
}

/** What the rest of the application may inject of a connection. */
export function exportedTokens(name: string): InjectionToken[] {
  return [
    getMessagingOptionsToken(name),
    getMessagingConnectionsToken(name),
    replyInboxToken(name),
    getEventPublisherToken(name),
    getRedisStreamsServerToken(name),
  ];
}

export function clientProvider(client: MessagingClientOptions): FactoryProvider {
  const { token, service, connection } = client;
  return {
    provide: token,
    inject: [
      getMessagingOptionsToken(connection),
      getMessagingConnectionsToken(connection),
      replyInboxToken(connection),
      getEventPublisherToken(connection),
    ],
    useFactory: (
      options: ResolvedMessagingOptions,
      connections: MessagingConnections,
      replies: ReplyInbox,
      publisher: EventPublisher,
    ) => new RedisStreamsClient({ options, connections, replies, publisher, service }),
  };
}

/** Shared by a connection's clients, and by nobody else. */
function replyInboxToken(name: string = DEFAULT_CONNECTION): InjectionToken<ReplyInbox> {
  return name === DEFAULT_CONNECTION ? ReplyInbox : `ReplyInbox:${name}`;
}

type Part<Instance> = new (
  options: ResolvedMessagingOptions,
  connections: MessagingConnections,
) => Instance;

/** A part of the transport that needs a connection's options and its connections to Redis. */
function part<Instance>(
  Class: Part<Instance>,
  provide: InjectionToken,
  inject: [options: InjectionToken, connections: InjectionToken],
): FactoryProvider<Instance> {
  return {
    provide,
    inject,
    useFactory: (options: ResolvedMessagingOptions, connections: MessagingConnections) =>
      new Class(options, connections),
  };
}
