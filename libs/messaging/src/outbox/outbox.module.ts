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
import type { Redis } from 'ioredis';

import type { ResolvedMessagingOptions } from '../messaging.options.js';
import {
  getEventPublisherToken,
  getMessagingConnectionsToken,
  getMessagingOptionsToken,
  getOutboxToken,
} from '../messaging.tokens.js';
import type { EventPublisher } from '../transport/event-publisher.js';
import type { MessagingConnections } from '../transport/messaging-connections.js';
import { StreamKeys } from '../transport/stream-keys.js';
import { MessagingOptionError } from '../messaging.errors.js';
import { AofBarrier } from './aof-barrier.js';
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

/** Which connection of messaging publishes what an outbox holds. */
export interface OutboxBinding {
  /**
   * The connection's `name`; then `@InjectOutbox(name)` injects the outbox. Two outboxes need two
   * stores: each relay publishes all that its store holds. Default: the connection without a name.
   */
  readonly connection?: string;
}

/** Options that come from other providers. */
export interface OutboxAsyncOptions
  extends
    OutboxBinding,
    Pick<ModuleMetadata, 'imports'>,
    Pick<FactoryProvider<OutboxModuleOptions>, 'inject'> {
  useFactory: FactoryProvider<OutboxModuleOptions>['useFactory'];
}

const OUTBOX_OPTIONS = Symbol('OUTBOX_OPTIONS');
const OUTBOX_RELAY = Symbol('OUTBOX_RELAY');

/** The outbox of one connection of messaging, and its relay. */
function providersFor(connection: string | undefined): Provider[] {
  const messaging = getMessagingOptionsToken(connection);
  return [
    {
      provide: getOutboxToken(connection),
      inject: [OUTBOX_OPTIONS, messaging],
      useFactory: (
        { store }: OutboxModuleOptions,
        { context, maxPayloadBytes }: ResolvedMessagingOptions,
      ) => new Outbox(store, context, maxPayloadBytes),
    },
    {
      provide: OUTBOX_RELAY,
      inject: [
        OUTBOX_OPTIONS,
        messaging,
        getEventPublisherToken(connection),
        getMessagingConnectionsToken(connection),
      ],
      useFactory: (
        { store, relay, locks }: OutboxModuleOptions,
        { service, prefix }: ResolvedMessagingOptions,
        publisher: EventPublisher,
        connections: MessagingConnections,
      ) => {
        // First: it refuses wrong options, and nobody would close what was opened by then.
        const barrier = relay ? barrierFor(relay, { service, prefix, connections }) : undefined;
        return new OutboxRelay({
          service,
          store,
          sink: { publish: async (events, options) => publisher.relay(events, options) },
          connected: async () => connections.ready(),
          locks: locks ?? new LockManager({ redis: connections.commands, prefix }),
          barrier,
          options: relay === false ? {} : relay,
        });
      },
    },
  ];
}

function barrierFor(
  relay: Partial<OutboxRelayOptions>,
  { service, prefix, connections }: Publishing,
): AofBarrier | undefined {
  const { durability, publishTimeoutMs: timeoutMs } = resolveRelayOptions(relay);
  if (durability !== 'aof') return undefined;
  if (connections.isCluster) {
    // Which node a command went to is not told there, and so neither is whose AOF to wait for.
    throw new MessagingOptionError(
      'outbox.durability',
      durability,
      '"memory" on a cluster: see docs/outbox.md',
    );
  }
  const key = `${new StreamKeys(prefix).events(service)}:aof`;
  const waiting = connections.openBlocking('aof', { streams: [key], maxBlockMs: timeoutMs });
  // Without a cluster each client is one connection.
  const publishing = connections.commands as Redis;
  return new AofBarrier({ publishing, waiting, key, timeoutMs });
}

interface Publishing {
  readonly service: string;
  readonly prefix: string;
  readonly connections: MessagingConnections;
}

/**
 * Gives {@link Outbox} to the whole application and relays what it holds. Import it in the root
 * module, once for each connection that has an outbox, and after that connection's MessagingModule:
 * Nest stops modules of one level in reverse order, and what is committed can be published only
 * before messaging has closed its connections.
 */
@Module({})
export class OutboxModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(OUTBOX_OPTIONS) private readonly options: OutboxModuleOptions,
    @Inject(OUTBOX_RELAY) private readonly relay: OutboxRelay,
  ) {}

  static forRoot(options: OutboxModuleOptions & OutboxBinding): DynamicModule {
    return this.forRootAsync({ connection: options.connection, useFactory: () => options });
  }

  static forRootAsync(given: OutboxAsyncOptions): DynamicModule {
    const { connection, imports, inject, useFactory } = given;
    const options: FactoryProvider<OutboxModuleOptions> = {
      provide: OUTBOX_OPTIONS,
      inject,
      useFactory: async (...dependencies) => {
        const chosen = await useFactory(...dependencies);
        // A wrong option is told before anything is connected.
        return chosen.relay ? { ...chosen, relay: resolveRelayOptions(chosen.relay) } : chosen;
      },
    };
    return {
      module: OutboxModule,
      global: true,
      imports,
      providers: [options, ...providersFor(connection)],
      exports: [getOutboxToken(connection)],
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
