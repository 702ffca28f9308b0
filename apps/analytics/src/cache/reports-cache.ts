import { CacheModule, cacheMetrics } from '@trilith/cache';
import { MetricsRegistry } from '@trilith/service';
import * as promClient from 'prom-client';

import { ANALYTICS_CONFIG, type AnalyticsConfig } from '../analytics.config.js';

/**
 * Reports that many ask for at the same time, read once for all of them and kept for a moment, in
 * memory alone. No event invalidates them: nearly every one changes them.
 */
export const reportsCache = CacheModule.forRootAsync({
  inject: [ANALYTICS_CONFIG, MetricsRegistry],
  useFactory: ({ reports }: AnalyticsConfig, registry: MetricsRegistry) => ({
    name: 'reports',
    defaults: { ttlMs: reports.ageMs },
    observer: cacheMetrics(promClient, registry),
  }),
});
