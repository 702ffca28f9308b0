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
export { CacheScope } from './cache-scope.js';
export type { GetOptions, SetOptions, WriteThroughOptions } from './cache-scope.js';
export type { CacheGauges, CacheStats } from './cache-stats.js';
export type { Codec } from './codec/codec.js';
export type { CompressionAlgorithm, CompressionOptions } from './codec/compression.js';
export { jsonCodec } from './codec/json.codec.js';
export { msgpackrCodec, type PackrLike } from './codec/msgpackr.codec.js';
export type { EntryOptions, LoadedOptions } from './entry.options.js';
export type { Freshness } from './entry.js';
export type { EntryInspection, LayerInspection } from './inspection.js';
export type { Loader, LoaderContext, LoaderVerdict, StaleValue } from './loading/loader.js';
export { TieredCache } from './tiered-cache.js';
export type { WriteOutcome } from './writing/write-operation.js';
