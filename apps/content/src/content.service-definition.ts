import { RedisStreamsServer } from '@trilith/messaging';
import type { ServiceDefinition } from '@trilith/service';

import { AppModule } from './app.module.js';
import { contentConfig, type ContentConfig } from './content.config.js';
import { writingPolicies } from './limits/writing-limits.js';

/** The content service: what `main.ts` runs and the tests build. */
export const contentService: ServiceDefinition<ContentConfig> = {
  name: 'content',
  description: 'Posts, comments and likes, with the authors behind them.',
  config: contentConfig,
  module: (config) => AppModule.with(config),
  limits: ({ limits }) => ({ ...limits, policies: writingPolicies(limits) }),
  strategies: (app) => [app.get(RedisStreamsServer)],
  stores: ({ database, messaging }) => ({ mongodb: database.url, redis: messaging.url }),
};
