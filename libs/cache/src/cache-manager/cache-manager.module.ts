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
import { CacheManager } from './cache-manager.js';

/** The same token as that of `@nestjs/cache-manager`: `@Inject(CACHE_MANAGER) cache: Cache`. */
export const CACHE_MANAGER = 'CACHE_MANAGER';

const TIERED = Symbol('CACHE_MANAGER_TIERED');

export interface CacheManagerModuleOptions extends TieredCacheOptions {
  /** For values that are given no lifetime, in milliseconds. Default: that of `defaults`, or 60 000. */
  ttl?: number;
}

interface Placement {
  /** Whether the whole application sees it without importing the module. Default false. */
  isGlobal?: boolean;
}

export interface CacheManagerModuleAsyncOptions
  extends Placement, Pick<ModuleMetadata, 'imports'>, Pick<FactoryProvider, 'inject'> {
  useFactory: FactoryProvider<CacheManagerModuleOptions>['useFactory'];
}

interface Opened {
  readonly cache: TieredCache;
  readonly manager: CacheManager;
}

/**
 * In place of the `CacheModule` of `@nestjs/cache-manager`: what injects `CACHE_MANAGER` goes on as
 * it was. Values are copied for each reader (`isolation: 'copied'`), for such code may change them.
 */
@Module({})
export class CacheManagerModule implements OnApplicationShutdown {
  constructor(@Inject(TIERED) private readonly opened: Opened) {}

  static register({ isGlobal, ...options }: CacheManagerModuleOptions & Placement): DynamicModule {
    return this.registerAsync({ isGlobal, useFactory: () => options });
  }

  static registerAsync(given: CacheManagerModuleAsyncOptions): DynamicModule {
    const { isGlobal = false, imports = [], inject, useFactory } = given;
    return {
      module: CacheManagerModule,
      global: isGlobal,
      imports,
      providers: [
        {
          provide: TIERED,
          inject,
          useFactory: async (...dependencies) => open(await useFactory(...dependencies)),
        },
        { provide: CACHE_MANAGER, inject: [TIERED], useFactory: ({ manager }: Opened) => manager },
        { provide: CacheManager, useExisting: CACHE_MANAGER },
      ],
      exports: [CACHE_MANAGER, CacheManager],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.opened.cache.close();
  }
}

function open({ ttl, ...options }: CacheManagerModuleOptions): Opened {
  const cache = new TieredCache({ isolation: 'copied', ...options });
  const lifetime = ttl ?? options.defaults?.ttlMs ?? 60_000;
  return { cache, manager: new CacheManager(cache, { name: cache.name, ttl: lifetime }) };
}
