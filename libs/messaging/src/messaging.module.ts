import {
  type DynamicModule,
  type FactoryProvider,
  type InjectionToken,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';

import { DiscoveryModule } from '@nestjs/core';

import {
  type MessagingOptions,
  type ResolvedMessagingOptions,
  resolveMessagingOptions,
} from './messaging.options.js';
import { EventPublisher } from './transport/event-publisher.js';
import { FailureRecorder } from './transport/failure-recorder.js';
import { MessagingConnections } from './transport/messaging-connections.js';
import { RedisStreamsClient } from './transport/redis-streams.client.js';
import { RedisStreamsServer } from './transport/redis-streams.server.js';
import { ReplyInbox } from './transport/reply-inbox.js';

/** Injects the options of this service's messaging, with every default filled in. */
export const MESSAGING_OPTIONS = Symbol('MESSAGING_OPTIONS');

/** Options that come from other providers. */
export interface MessagingAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider<MessagingOptions>, 'inject'> {
  useFactory: FactoryProvider<MessagingOptions>['useFactory'];
}

/** A service to ask, and the token that injects its {@link RedisStreamsClient}. */
export interface MessagingClientOptions {
  readonly token: InjectionToken;
  readonly service: string;
}

const transport: Provider[] = [
  {
    provide: MessagingConnections,
    inject: [MESSAGING_OPTIONS],
    useFactory: (options: ResolvedMessagingOptions) => new MessagingConnections(options),
  },
  {
    provide: ReplyInbox,
    inject: [MESSAGING_OPTIONS, MessagingConnections],
    useFactory: (options: ResolvedMessagingOptions, connections: MessagingConnections) =>
      new ReplyInbox(options, connections),
  },
  {
    provide: EventPublisher,
    inject: [MESSAGING_OPTIONS, MessagingConnections],
    useFactory: (options: ResolvedMessagingOptions, connections: MessagingConnections) =>
      new EventPublisher(options, connections),
  },
  {
    provide: RedisStreamsServer,
    inject: [MESSAGING_OPTIONS, MessagingConnections],
    useFactory: (options: ResolvedMessagingOptions, connections: MessagingConnections) =>
      new RedisStreamsServer(options, connections),
  },
];

/**
 * Sends and receives messages over Redis Streams. `forRoot` once, in the application's root: what
 * it provides ({@link RedisStreamsServer}, {@link EventPublisher}) is seen everywhere. `forFeature`
 * where another service is asked.
 */
@Module({})
export class MessagingModule implements OnApplicationShutdown {
  constructor(
    recorder: FailureRecorder,
    private readonly connections: MessagingConnections,
    private readonly replies: ReplyInbox,
  ) {
    recorder.attach();
  }

  static forRoot(options: MessagingOptions): DynamicModule {
    return this.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports, inject, useFactory }: MessagingAsyncOptions): DynamicModule {
    const options: FactoryProvider<ResolvedMessagingOptions> = {
      provide: MESSAGING_OPTIONS,
      inject,
      useFactory: async (...dependencies) =>
        resolveMessagingOptions(await useFactory(...dependencies)),
    };
    return {
      module: MessagingModule,
      global: true,
      imports: [...(imports ?? []), DiscoveryModule],
      providers: [options, FailureRecorder, ...transport],
      exports: [
        MESSAGING_OPTIONS,
        MessagingConnections,
        ReplyInbox,
        EventPublisher,
        RedisStreamsServer,
      ],
    };
  }

  static forFeature(clients: readonly MessagingClientOptions[]): DynamicModule {
    const providers = clients.map(({ token, service }) => clientProvider(token, service));
    return { module: MessagingClients, providers, exports: providers };
  }

  /** By now the server has finished what it had in hand, and nobody publishes any more. */
  async onApplicationShutdown(): Promise<void> {
    // Replies first: they wait for what the other connections do.
    await this.replies.close();
    await this.connections.close();
  }
}

@Module({})
class MessagingClients {}

function clientProvider(token: InjectionToken, service: string): FactoryProvider {
  return {
    provide: token,
    inject: [MESSAGING_OPTIONS, MessagingConnections, ReplyInbox, EventPublisher],
    useFactory: (
      options: ResolvedMessagingOptions,
      connections: MessagingConnections,
      replies: ReplyInbox,
      publisher: EventPublisher,
    ) => new RedisStreamsClient({ options, connections, replies, publisher, service }),
  };
}
