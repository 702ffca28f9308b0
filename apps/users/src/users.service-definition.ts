import { RedisStreamsServer } from '@trilith/messaging';
import type { ServiceDefinition } from '@trilith/service';

import { AppModule } from './app.module.js';
import { credentialPolicies } from './limits/credential-limits.js';
import { type UsersConfig, usersConfig } from './users.config.js';

/** The users service, as `main.ts` runs it and as tests build it. */
export const usersService: ServiceDefinition<UsersConfig> = {
  name: 'users',
  description: 'Accounts and sign-in. Access tokens are verified by every service by itself.',
  config: usersConfig,
  module: (config) => AppModule.forRoot(config),
  limits: ({ limits }) => ({ ...limits, policies: credentialPolicies(limits) }),
  strategies: (app) => [app.get(RedisStreamsServer)],
  stores: ({ database, messaging }) => ({ postgres: database.url, redis: messaging.url }),
};
