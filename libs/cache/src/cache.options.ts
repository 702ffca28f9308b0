import type { ConnectionOptions } from '@trilith/redis';

import { CacheOptionError } from './cache.errors.js';
import type { CacheObserver } from './cache-events.js';
import type { Codec } from './codec/codec.js';
import type { CompressionOptions } from './codec/compression.js';
import { jsonCodec } from './codec/json.codec.js';
import {
  type EntryOptions,
  type ResolvedEntryOptions,
  entryDefaults,
  resolveEntryOptions,
} from './entry.options.js';

/** How callers are kept from changing what others get from memory. */
export type Isolation = 'frozen' | 'copied' | 'shared';

/** Told when Redis goes away and when it is back; Nest's Logger is one. */
export interface CacheLogger {
  log(message: string): void;
  warn(message: string): void;
}

export interface MemoryOptions {
  /** Default 10 000. */
  maxEntries?: number;
  /** Of payloads and an estimate for what goes with them. Default 67 108 864 (64 MiB). */
  maxBytes?: number;
}

/** The layer that all processes share. Times are in milliseconds. */
export interface CacheRedisOptions extends Pick<
  ConnectionOptions,
  'url' | 'tls' | 'sentinelCredentials' | 'maxReconnectDelayMs'
> {
  /** Until a command without an answer fails, and the caller is served without Redis. Default 80. */
  commandTimeoutMs?: number;
  /** Starts each key, so that several platforms can share a server. Default `trilith`. */
  prefix?: string;
  /** How long the first calls wait for the first connection; after that, none does. Default 1000. */
  startTimeoutMs?: number;
  /**
   * For how long memory is trusted after the log of invalidations was last heard of; then Redis is
   * asked as long as it answers. Above 1000. Default 2000.
   */
  trustMemoryMs?: number;
  /** Records that the log keeps, about: a process that is further behind empties its memory. Default 10 000. */
  maxLogRecords?: number;
  /** Marks of tags that a process remembers; more cost a look at Redis. Default 10 000. */
  maxKnownTags?: number;
  /** Failures in a row after which Redis is left alone. Default 5. */
  failuresToOpen?: number;
  /** How often it is then tried. Default 250. */
  probeEveryMs?: number;
  /** Writes that wait for Redis to be back; more become one `clear`. Default 10 000. */
  maxPendingWrites?: number;
  /** Bytes that they may take. Default 16 777 216 (16 MiB). */
  maxPendingBytes?: number;
}

/** A cache. Times are in milliseconds. */
export interface TieredCacheOptions {
  /** Caches of one name and prefix share what is on Redis. Letters, digits and any of _ . : - */
  name: string;
  /** False: no memory layer. Default: one with its defaults. */
  memory?: MemoryOptions | false;
  /** Default: no Redis layer. One of the two there must be. */
  redis?: CacheRedisOptions;
  /** What holds for entries unless said otherwise at a call. */
  defaults?: EntryOptions;
  /** Default JSON: what it does not keep (Dates, undefined in objects, …) no layer keeps. */
  codec?: Codec;
  /** Default: none. */
  compression?: CompressionOptions;
  /**
   * `frozen`: callers share one deep-frozen value. `copied`: each read decodes a value of its own.
   * `shared`: what the loader gave, untouched; for memory alone, where no value passes the codec and
   * `maxBytes` counts an estimate per entry. Default `frozen`.
   */
  isolation?: Isolation;
  /** Encoded values above this are not kept, and on Redis not read. Default 8 388 608 (8 MiB). */
  maxValueBytes?: number;
  /**
   * The longest `ttlMs` and `graceMs` together that any entry may have, by any process of this cache:
   * for so long invalidations of tags are remembered. Default 7 days.
   */
  maxLifetimeMs?: number;
  /** One line when Redis goes away, one when it is back. Default: nobody is told. */
  logger?: CacheLogger;
  /** Told what happens: `cacheMetrics()` makes one. Default: nobody is told. */
  observer?: CacheObserver;
}

export type ResolvedRedisOptions = Required<
  Omit<CacheRedisOptions, 'tls' | 'sentinelCredentials'>
> &
  Pick<CacheRedisOptions, 'tls' | 'sentinelCredentials'>;

export interface ResolvedCacheOptions {
  readonly name: string;
  readonly memory: Required<MemoryOptions> | undefined;
  readonly redis: ResolvedRedisOptions | undefined;
  readonly defaults: ResolvedEntryOptions;
  readonly codec: Codec;
  readonly compression: Required<CompressionOptions> | undefined;
  readonly isolation: Isolation;
  readonly maxValueBytes: number;
  readonly maxLifetimeMs: number;
  readonly logger: CacheLogger | undefined;
  readonly observer: CacheObserver | undefined;
}

const memoryDefaults = { maxEntries: 10_000, maxBytes: 64 * 1_024 * 1_024 } as const;

const redisDefaults = {
  commandTimeoutMs: 80,
  maxReconnectDelayMs: 500,
  prefix: 'trilith',
  startTimeoutMs: 1_000,
  trustMemoryMs: 2_000,
  maxLogRecords: 10_000,
  maxKnownTags: 10_000,
  failuresToOpen: 5,
  probeEveryMs: 250,
  maxPendingWrites: 10_000,
  maxPendingBytes: 16 * 1_024 * 1_024,
} as const;

const compressionDefaults: Required<CompressionOptions> = {
  aboveBytes: 16_384,
  algorithm: 'zstd',
};

/** The least that each may be; the longest wait that a timer can do is the most. */
const leastOf: Readonly<Record<string, number>> = { startTimeoutMs: 0, trustMemoryMs: 1_001 };

/**
 * Fills in the defaults and checks the rest.
 *
 * @throws {CacheOptionError} in one line, naming the option, what it got and what it takes.
 */
export function resolveCacheOptions(given: TieredCacheOptions): ResolvedCacheOptions {
  const { name, redis, memory = {}, isolation = 'frozen', codec = jsonCodec } = given;
  const { maxValueBytes = 8 * 1_024 * 1_024, maxLifetimeMs = 7 * 24 * 60 * 60 * 1_000 } = given;
  requireName('name', name);
  requireLayers(given);
  requireCodec(codec);
  requireWhole('maxValueBytes', maxValueBytes);
  requireWhole('maxLifetimeMs', maxLifetimeMs, Number.MAX_SAFE_INTEGER);
  return {
    name,
    memory: memory === false ? undefined : numbersOf(memoryDefaults, memory, 'memory.'),
    redis: redis && resolveRedis(redis),
    defaults: resolveEntryOptions(entryDefaults, given.defaults, maxLifetimeMs),
    codec,
    compression: given.compression && resolveCompression(given.compression),
    isolation,
    maxValueBytes,
    maxLifetimeMs,
    logger: given.logger,
    observer: given.observer,
  };
}

function resolveRedis(given: CacheRedisOptions): ResolvedRedisOptions {
  const { url, tls, sentinelCredentials, prefix = redisDefaults.prefix } = given;
  requireName('redis.prefix', prefix);
  const numbers = numbersOf(redisDefaults, given, 'redis.');
  return { ...numbers, url, prefix, ...(tls && { tls }), sentinelCredentials };
}

function resolveCompression(given: CompressionOptions): Required<CompressionOptions> {
  const { aboveBytes, algorithm } = { ...compressionDefaults, ...withoutUndefined(given) };
  requireWhole('compression.aboveBytes', aboveBytes);
  if (algorithm === 'gzip' || algorithm === 'zstd') return { aboveBytes, algorithm };
  throw new CacheOptionError('compression.algorithm', algorithm, 'gzip or zstd');
}

/** What is given laid over the defaults; each that is a number is checked. */
function numbersOf<Defaults extends object>(defaults: Defaults, given: object, path: string) {
  const options = { ...defaults, ...withoutUndefined(given) } as {
    [Name in keyof Defaults]: Defaults[Name] extends number ? number : Defaults[Name];
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (typeof value !== 'number') continue;
    requireWhole(`${path}${name}`, options[name as keyof Defaults], undefined, leastOf[name]);
  }
  return options;
}

function requireLayers({ memory, redis, isolation = 'frozen' }: TieredCacheOptions): void {
  if (memory === false && redis === undefined) {
    throw new CacheOptionError('memory', memory, 'false only where redis is given');
  }
  if (!['frozen', 'copied', 'shared'].includes(isolation)) {
    throw new CacheOptionError('isolation', isolation, 'frozen, copied or shared');
  }
  if (isolation === 'shared' && redis !== undefined) {
    throw new CacheOptionError('isolation', isolation, 'frozen or copied where redis is given');
  }
}

function requireCodec({ id, name }: Codec): void {
  if (Number.isInteger(id) && id >= 1 && id <= 255) return;
  throw new CacheOptionError('codec.id', id, `a whole number from 1 to 255 (codec ${name})`);
}

function requireName(option: string, value: unknown): void {
  // Braces would move a key's hash tag; spaces are refused in a connection's name.
  if (typeof value === 'string' && /^[\w.:-]+$/.test(value)) return;
  throw new CacheOptionError(option, value, 'letters, digits, and any of _ . : -');
}

function requireWhole(option: string, value: unknown, most = 2 ** 31 - 1, least = 1): void {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return;
  throw new CacheOptionError(option, value, `a whole number from ${least} to ${most}`);
}

function withoutUndefined(given: object): object {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
