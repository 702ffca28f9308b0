import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type ModuleMetadata,
  type OnApplicationShutdown,
} from '@nestjs/common';

import type { TieredCacheOptions } from '../cache.options.js';
import { TieredCache } from '../tiered-cache.js';
import { getCacheToken } from './cache.tokens.js';

/** A cache of the application. */
export interface CacheModuleOptions extends TieredCacheOptions {
  /**
   * Tells this cache from others of the application: it is injected by `@InjectCache(injectAs)`.
   * Default: it is injected by its class, {@link TieredCache}.
   */
  injectAs?: string;
}

/** Options that come from other providers. What it is injected by is known before they are. */
export interface CacheModuleAsyncOptions
  extends Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider, 'inject'> {
  /** See {@link CacheModuleOptions.injectAs}. */
  injectAs?: string;
  useFactory: FactoryProvider<TieredCacheOptions>['useFactory'];
}

/** What the module of one cache closes in the end. */
const OWN_CACHE = Symbol('OWN_CACHE');

/**
 * Gives the application a cache, everywhere; once for each cache that it needs.
 *
 * @example
 * CacheModule.forRoot({ name: 'shop', redis: { url: 'redis://127.0.0.1:6379' } })
 */
@Module({})
export class CacheModule implements OnApplicationShutdown {
  constructor(@Inject(OWN_CACHE) private readonly cache: TieredCache) {}

  static forRoot({ injectAs, ...options }: CacheModuleOptions): DynamicModule {
    return this.forRootAsync({ injectAs, useFactory: () => options });
  }

  static forRootAsync(given: CacheModuleAsyncOptions): DynamicModule {
    const { injectAs, imports = [], inject, useFactory } = given;
    const token = getCacheToken(injectAs);
    return {
      module: CacheModule,
      global: true,
      imports,
      providers: [
        {
          provide: token,
          inject,
          useFactory: async (...dependencies) => new TieredCache(await useFactory(...dependencies)),
        },
        { provide: OWN_CACHE, useExisting: token },
      ],
      exports: [token],
    };
  }

  /** By now nobody asks any more. Writes that wait for Redis are tried once more. */
  async onApplicationShutdown(): Promise<void> {
    await this.cache.close();
  }
}
