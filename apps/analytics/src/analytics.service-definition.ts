import { RedisStreamsServer } from '@trilith/messaging';
import type { ServiceDefinition } from '@trilith/service';

import { type AnalyticsConfig, analyticsConfig } from './analytics.config.js';
import { AppModule } from './app.module.js';
import { ingestionPolicies } from './ingestion/ingestion-limits.js';

/** The analytics service, as its `main.ts` runs it and its tests build it. */
export const analyticsService: ServiceDefinition<AnalyticsConfig> = {
  name: 'analytics',
  description: 'Live figures, kept in Redis by the events of the other services.',
  config: analyticsConfig,
  module: (config) => AppModule.forRoot(config),
  limits: ({ limits, events }) => ({ ...limits, policies: ingestionPolicies(events.limits) }),
  strategies: (app) => [app.get(RedisStreamsServer)],
  stores: ({ store, messaging }) => ({ Redis: store.url, 'Redis of messages': messaging.url }),
};
