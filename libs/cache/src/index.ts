export { type CacheKey, defineKey } from './cache-key.js';
export type {
  CacheEventMap,
  CacheEventName,
  CacheListener,
  CacheObserver,
  ObservedCache,
} from './cache-events.js';
export { cacheMetrics, type PromClient } from './cache.metrics.js';
export {
  CacheClosedError,
  CacheOptionError,
  CacheValueError,
  LoaderTimeoutError,
} from './cache.errors.js';
export type {
  CacheLogger,
  CacheRedisOptions,
  Isolation,
  MemoryOptions,
  TieredCacheOptions,
} from './cache.options.js';
export type { GetOptions } from './cache-reader.js';
export { CacheScope } from './cache-scope.js';
export type { SetOptions, WriteThroughOptions } from './cache-scope.js';
export type { CacheGauges, CacheStats } from './cache-stats.js';
export type { Codec } from './codec/codec.js';
export type { CompressionAlgorithm, CompressionOptions } from './codec/compression.js';
export { jsonCodec } from './codec/json.codec.js';
export { msgpackrCodec, type PackrLike } from './codec/msgpackr.codec.js';
export type { EntryOptions, LoadedOptions } from './entry.options.js';
export type { Freshness } from './entry.js';
export type { EntryInspection, LayerInspection } from './inspection.js';
export type { Loader, LoaderContext, LoaderVerdict, StaleValue } from './loading/loader.js';
export {
  CacheModule,
  type CacheModuleAsyncOptions,
  type CacheModuleOptions,
} from './nest/cache.module.js';
export { InjectCache, getCacheToken } from './nest/cache.tokens.js';
export { Cached, type CachedOptions } from './nest/cached.decorator.js';
export type { IdentifyUser } from './nest/http/audience.js';
export { CacheRoute } from './nest/http/cache-route.decorator.js';
export type { CacheRouteOptions } from './nest/http/cache-route.options.js';
export { HttpCacheInterceptor } from './nest/http/http-cache.interceptor.js';
export { HTTP_CACHE_OPTIONS, type HttpCacheOptions } from './nest/http/http-cache.options.js';
export { InvalidatesTags, type InvalidatesTagsOptions } from './nest/invalidates-tags.decorator.js';
export type { AsyncMethod } from './nest/wrapped-method.js';
export type { ServedEntry } from './served-entry.js';
export { TieredCache } from './tiered-cache.js';
export type { WriteOutcome } from './writing/write-operation.js';
