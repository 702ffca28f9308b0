import {
  type DynamicModule,
  type FactoryProvider,
  Module,
  type ModuleMetadata,
  type Provider,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';

import { ClientAddresses } from '../address/client-addresses.js';
import { RateLimiter } from '../rate-limiter.js';
import { CallLimits } from './call-limits.js';
import { GlobalRateLimitGuard, RateLimitGuard } from './rate-limit.guard.js';
import {
  type RateLimitModuleOptions,
  type ResolvedRateLimitModuleOptions,
  resolveModuleOptions,
} from './rate-limit.module-options.js';
import { RATE_LIMIT_OPTIONS } from './rate-limit.tokens.js';
import { RuleChecks } from './rule-checks.js';
import { RuleInspector } from './rule-inspector.js';

/** Options that come from other providers. */
export interface RateLimitAsyncOptions
  extends
    Pick<ModuleMetadata, 'imports'>,
    Pick<FactoryProvider<RateLimitModuleOptions>, 'inject' | 'useFactory'> {}

const exported = [RATE_LIMIT_OPTIONS, RateLimiter, ClientAddresses, CallLimits, RateLimitGuard];

const providers: Provider[] = [
  {
    provide: RateLimiter,
    inject: [RATE_LIMIT_OPTIONS],
    useFactory: (options: ResolvedRateLimitModuleOptions) => new RateLimiter(options),
  },
  {
    provide: ClientAddresses,
    inject: [RATE_LIMIT_OPTIONS],
    useFactory: (options: ResolvedRateLimitModuleOptions) => new ClientAddresses(options),
  },
  RuleChecks,
  RuleInspector,
  CallLimits,
  RateLimitGuard,
  { provide: APP_GUARD, useClass: GlobalRateLimitGuard },
];

/**
 * Limits HTTP requests and messages. Once in the application's root; {@link RateLimiter} and
 * {@link ClientAddresses} are seen everywhere. A wrong option, or a rule that names a policy that
 * there is not, stops the boot.
 */
@Module({})
export class RateLimitModule {
  static forRoot(options: RateLimitModuleOptions): DynamicModule {
    return this.forRootAsync({ useFactory: () => options });
  }

  static forRootAsync({ imports = [], inject, useFactory }: RateLimitAsyncOptions): DynamicModule {
    const options: FactoryProvider<ResolvedRateLimitModuleOptions> = {
      provide: RATE_LIMIT_OPTIONS,
      inject,
      useFactory: async (...dependencies) =>
        resolveModuleOptions(await useFactory(...dependencies)),
    };
    return {
      module: RateLimitModule,
      global: true,
      imports: [...imports, DiscoveryModule],
      providers: [options, ...providers],
      exports: exported,
    };
  }
}
