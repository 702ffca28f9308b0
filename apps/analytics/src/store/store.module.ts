import {
  Global,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { checkServer, closeRedis, createRedis, whenReady } from '@trilith/redis';
import { HealthRegistry } from '@trilith/service';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';
import { Clock } from './clock.js';
import { Store } from './store.js';

/** Connects to the Redis of the figures, watches it, and closes it when all work is done. */
@Global()
@Module({
  providers: [Clock, { provide: Store, inject: [ANALYTICS_CONFIG], useFactory: openStore }],
  exports: [Clock, Store],
})
export class StoreModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('store');

  constructor(
    private readonly store: Store,
    private readonly health: HealthRegistry,
  ) {}

  onModuleInit(): void {
    this.health.register('redis', async () => {
      await this.store.redis.ping();
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const needs = ['noeviction', 'aof'] as const;
    const warnings = await checkServer(this.store.redis, { needs }).catch((error: Error) => [
      `the server's settings could not be read: ${error.message}`,
    ]);
    for (const warning of warnings) this.logger.warn(`Redis of the figures: ${warning}`);
  }

  async onApplicationShutdown(): Promise<void> {
    await closeRedis(this.store.redis);
  }
}

/** A start without its store fails: see `stores` of the service's definition. */
async function openStore({ service, store }: AnalyticsConfig): Promise<Store> {
  const { url, ...options } = store;
  const redis = createRedis({ url, name: 'analytics' });
  try {
    await whenReady(redis, service.startTimeoutMs);
  } catch (error) {
    await closeRedis(redis);
    throw error;
  }
  return new Store(redis, options);
}
