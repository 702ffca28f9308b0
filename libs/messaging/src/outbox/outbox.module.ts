import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { LockManager } from '@trilith/locks';

import { MESSAGING_OPTIONS } from '../messaging.module.js';
import type { ResolvedMessagingOptions } from '../messaging.options.js';
import { EventPublisher } from '../transport/event-publisher.js';
import { MessagingConnections } from '../transport/messaging-connections.js';
import { OutboxRelay } from './outbox-relay.js';
import { type OutboxRelayOptions, resolveRelayOptions } from './outbox-relay.options.js';
import type { OutboxStore } from './outbox-store.js';
import { Outbox } from './outbox.js';

/** Where events wait, and who publishes them. */
export interface OutboxModuleOptions {
  readonly store: OutboxStore;
  /** How the relay works; `false` when other processes relay and this one only adds. */
  readonly relay?: false | Partial<OutboxRelayOptions>;
  /** Where the relay's lease is kept; in messaging's Redis by default. */
  readonly locks?: LockManager;
}

/** Options that come from other providers. */
export interface OutboxAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider<OutboxModuleOptions>, 'inject'> {
  useFactory: FactoryProvider<OutboxModuleOptions>['useFactory'];
}

const OUTBOX_OPTIONS = Symbol('OUTBOX_OPTIONS');

const providers: Provider[] = [
  {
    provide: Outbox,
    inject: [OUTBOX_OPTIONS, MESSAGING_OPTIONS],
    useFactory: ({ store }: OutboxModuleOptions, { context }: ResolvedMessagingOptions) =>
      new Outbox(store, context),
  },
  {
    provide: OutboxRelay,
    inject: [OUTBOX_OPTIONS, MESSAGING_OPTIONS, EventPublisher, MessagingConnections],
    useFactory: (
      { store, relay, locks }: OutboxModuleOptions,
      { service, prefix }: ResolvedMessagingOptions,
      publisher: EventPublisher,
      { commands: redis }: MessagingConnections,
    ) =>
      new OutboxRelay({
        service,
        store,
        sink: publisher,
        locks: locks ?? new LockManager({ redis, prefix }),
        options: relay === false ? {} : relay,
      }),
  },
];

/**
 * Gives {@link Outbox} to the whole application and relays what it holds. Import it once, in the
 * root module and after MessagingModule: Nest stops modules of one level in reverse order, and what
 * is committed can be published only before messaging has closed its connections.
 */
@Module({})
export class OutboxModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(OUTBOX_OPTIONS) private readonly options: OutboxModuleOptions,
    private readonly relay: OutboxRelay,
  ) {}

  static forRoot(options: OutboxModuleOptions): DynamicModule {
    return this.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports, inject, useFactory }: OutboxAsyncOptions): DynamicModule {
    const options: FactoryProvider<OutboxModuleOptions> = {
      provide: OUTBOX_OPTIONS,
      inject,
      useFactory: async (...dependencies) => {
        const given = await useFactory(...dependencies);
        // A wrong option is told before anything is connected.
        return given.relay ? { ...given, relay: resolveRelayOptions(given.relay) } : given;
      },
    };
    return {
      module: OutboxModule,
      global: true,
      imports,
      providers: [options, ...providers],
      exports: [Outbox],
    };
  }

  onApplicationBootstrap(): void {
    if (this.options.relay !== false) this.relay.start();
  }

  /** Publishes what is committed, for a bounded time, and lets another replica take over. */
  async onApplicationShutdown(): Promise<void> {
    await this.relay.stop();
  }
}
