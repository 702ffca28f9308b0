import { Logger } from '@nestjs/common';
import { CacheModule, cacheMetrics } from '@trilith/cache';
import { MetricsRegistry } from '@trilith/service';
import * as promClient from 'prom-client';

import { USERS_CONFIG, type UsersConfig } from '../users.config.js';

/** What all replicas of this service share for a while: memory before Redis. */
export const usersCache = CacheModule.forRootAsync({
  inject: [USERS_CONFIG, MetricsRegistry],
  useFactory: ({ cache }: UsersConfig, registry: MetricsRegistry) => ({
    name: 'users',
    redis: { url: cache.url, prefix: cache.prefix },
    logger: new Logger('Cache'),
    observer: cacheMetrics(promClient, registry),
  }),
});
