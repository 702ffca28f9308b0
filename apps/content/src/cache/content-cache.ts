import { Logger } from '@nestjs/common';
import { getConnectionToken } from '@nestjs/mongoose';
import { CacheModule, cacheMetrics } from '@trilith/cache';
import { MetricsRegistry } from '@trilith/service';
import * as promClient from 'prom-client';

import { CONTENT_CONFIG, type ContentConfig } from '../content.config.js';

/** What all replicas of this service share for a while: memory before Redis. */
export const contentCache = CacheModule.forRootAsync({
  // The connection is there first: a start that fails for want of the database leaves nothing open.
  inject: [CONTENT_CONFIG, MetricsRegistry, getConnectionToken()],
  useFactory: ({ cache }: ContentConfig, registry: MetricsRegistry) => ({
    name: 'content',
    redis: { url: cache.url, prefix: cache.prefix },
    logger: new Logger('Cache'),
    observer: cacheMetrics(promClient, registry),
  }),
});
