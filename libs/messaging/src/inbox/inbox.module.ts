import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';

import { IdempotentHandlers } from './idempotent-handlers.js';
import { Inbox } from './inbox.js';

/** Where handled messages are remembered, and for how long. Times are in milliseconds. */
export interface InboxModuleOptions {
  readonly inbox: Inbox;
  /**
   * How long a message is remembered. Longer than any outbox keeps sent events, or publishing them
   * again repeats their effects. Default 30 days.
   */
  readonly retentionMs?: number;
  /** Time between two removals of what is past retention. Default 10 minutes. */
  readonly cleanUpEveryMs?: number;
}

/** Options that come from other providers. */
export interface InboxAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider<InboxModuleOptions>, 'inject'> {
  useFactory: FactoryProvider<InboxModuleOptions>['useFactory'];
}

const INBOX_OPTIONS = Symbol('INBOX_OPTIONS');

/** Messages forgotten with one statement, so that none runs long. */
const FORGOTTEN_AT_ONCE = 1_000;

/** Gives {@link Inbox} to the whole application, and keeps it from growing for ever. */
@Module({})
export class InboxModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(InboxModule.name);
  private timer: NodeJS.Timeout | undefined;
  private cleaning: Promise<void> | undefined;
  private stopping = false;

  constructor(
    @Inject(INBOX_OPTIONS) private readonly options: InboxModuleOptions,
    private readonly handlers: IdempotentHandlers,
  ) {}

  static forRoot(options: InboxModuleOptions): DynamicModule {
    return this.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports, inject, useFactory }: InboxAsyncOptions): DynamicModule {
    const inbox: FactoryProvider<Inbox> = {
      provide: Inbox,
      inject: [INBOX_OPTIONS],
      useFactory: (options: InboxModuleOptions) => options.inbox,
    };
    return {
      module: InboxModule,
      global: true,
      imports: [...(imports ?? []), DiscoveryModule],
      providers: [{ provide: INBOX_OPTIONS, inject, useFactory }, inbox, IdempotentHandlers],
      exports: [Inbox],
    };
  }

  /** @throws {IdempotentHandlerError} */
  onModuleInit(): void {
    this.handlers.check();
  }

  onApplicationBootstrap(): void {
    const { cleanUpEveryMs = 10 * 60 * 1_000 } = this.options;
    const cleanUp = () => {
      this.cleaning ??= this.cleanUp();
    };
    this.timer = setInterval(cleanUp, cleanUpEveryMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.cleaning;
  }

  /** Needs no lease: replicas that clean up at the same time skip what the other has in hand. */
  private async cleanUp(): Promise<void> {
    const { inbox, retentionMs: olderThanMs = 30 * 24 * 60 * 60 * 1_000 } = this.options;
    try {
      let forgotten = FORGOTTEN_AT_ONCE;
      while (forgotten === FORGOTTEN_AT_ONCE && !this.stopping) {
        forgotten = await inbox.forget({ olderThanMs, limit: FORGOTTEN_AT_ONCE });
      }
    } catch (error) {
      this.logger.warn(`Cleaning up the inbox failed and will be tried again: ${String(error)}`);
    } finally {
      this.cleaning = undefined;
    }
  }
}
