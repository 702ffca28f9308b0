export { CacheManager } from './cache-manager.js';
export type { CacheManagerOptions, Lifetime, RawValue, WrapOptions } from './cache-manager.js';
export {
  CACHE_MANAGER,
  CacheManagerModule,
  type CacheManagerModuleAsyncOptions,
  type CacheManagerModuleOptions,
} from './cache-manager.module.js';
export { CacheInterceptor } from './cache.interceptor.js';
export { TieredKeyvStore } from './keyv-store.js';
