import { Logger } from '@nestjs/common';
import { CacheModule, cacheMetrics } from '@trilith/cache';
import { MetricsRegistry } from '@trilith/service';
import * as promClient from 'prom-client';
import { DataSource } from 'typeorm';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';

/** What all replicas of this service share for a while: memory before Redis. */
export const usersCache = CacheModule.forRootAsync({
  // The database is there first: a start that fails for want of it leaves nothing open.
  inject: [USERS_CONFIG, MetricsRegistry, DataSource],
  useFactory: ({ cache }: UsersConfig, registry: MetricsRegistry) => ({
    name: 'users',
    redis: { url: cache.url, prefix: cache.prefix },
    logger: new Logger('Cache'),
    observer: cacheMetrics(promClient, registry),
  }),
});
