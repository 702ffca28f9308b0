import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';

import {
  DEFAULT_CONNECTION,
  type MessagingOptions,
  type ResolvedMessagingOptions,
  resolveMessagingOptions,
} from './messaging.options.js';
import {
  MESSAGING_RESOURCES,
  type MessagingClientOptions,
  type MessagingResources,
  clientProvider,
  exportedTokens,
  transportProviders,
} from './messaging.providers.js';
import { getMessagingOptionsToken } from './messaging.tokens.js';

/** Options that come from other providers. The name is known before they are. */
export interface MessagingAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider<MessagingOptions>, 'inject'> {
  /** See {@link MessagingOptions.name}. */
  name?: string;
  useFactory: FactoryProvider<Omit<MessagingOptions, 'name'>>['useFactory'];
}

/**
 * Sends and receives messages over Redis Streams. `forRoot` in the application's root, once for each
 * connection: what it provides ({@link RedisStreamsServer}, {@link EventPublisher}) is seen
 * everywhere, by class or, when the connection has a name, by {@link InjectEventPublisher} and its
 * like. `forFeature` where another service is asked.
 */
@Module({})
export class MessagingModule implements OnApplicationShutdown {
  constructor(@Inject(MESSAGING_RESOURCES) private readonly resources: MessagingResources) {}

  static forRoot(options: MessagingOptions): DynamicModule {
    return this.forRootAsync({ name: options.name, useFactory: () => options });
  }

  static forRootAsync(given: MessagingAsyncOptions): DynamicModule {
    const { name = DEFAULT_CONNECTION, imports = [], inject, useFactory } = given;
    const options: FactoryProvider<ResolvedMessagingOptions> = {
      provide: getMessagingOptionsToken(name),
      inject,
      useFactory: async (...dependencies) =>
        resolveMessagingOptions({ ...(await useFactory(...dependencies)), name }),
    };
    return {
      module: MessagingModule,
      global: true,
      imports,
      providers: [options, ...transportProviders(name)],
      exports: exportedTokens(name),
    };
  }

  static forFeature(clients: readonly MessagingClientOptions[]): DynamicModule {
    const providers = clients.map(clientProvider);
    return { module: MessagingClients, providers, exports: providers };
  }

  /** By now the server has finished what it had in hand, and nobody publishes any more. */
  async onApplicationShutdown(): Promise<void> {
    // Replies first: they wait for what the other connections do.
    await this.resources.replies.close();
    await this.resources.connections.close();
  }
}

@Module({})
class MessagingClients {}
