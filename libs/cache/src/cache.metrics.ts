import type * as promClient from 'prom-client';

import type { CacheObserver, ObservedCache } from './cache-events.js';
import type { CacheGauges, CacheStats } from './cache-stats.js';

/** The parts of `prom-client` that are used: pass the module itself. */
export type PromClient = Pick<typeof promClient, 'Counter' | 'Gauge' | 'Histogram'>;

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

type Counted = keyof CacheStats;

const counters: readonly [name: string, help: string, stat: Counted, layer?: string][] = [
  ['hits', 'Reads that found a value', 'memoryHits', 'memory'],
  ['hits', 'Reads that found a value', 'redisHits', 'redis'],
  ['stale', 'Stale values served in their grace', 'staleHits'],
  ['misses', 'Reads that found nothing to serve', 'misses'],
  ['loads', 'Loaders run', 'loads'],
  ['load_failures', 'Loaders that failed', 'loadFailures'],
  ['coalesced', 'Reads that joined a load under way', 'coalesced'],
  ['waits', 'Loads that waited for another process', 'waits'],
  ['overtaken', 'Loaded values not kept: the key was written meanwhile', 'overtaken'],
  ['evictions', 'Entries that left memory for want of room', 'evictions'],
  ['rejected', 'Values on Redis that were no good', 'rejected'],
  ['oversized', 'Values too large to be kept', 'oversized'],
  ['queued', 'Writes that had to wait for Redis', 'queued'],
  ['redis_failures', 'Commands of Redis that failed', 'redisFailures'],
  ['outages', 'Times that Redis was away', 'outages'],
  ['resyncs', 'Times that memory was emptied after missed records', 'resyncs'],
];

const gauges: readonly [name: string, help: string, gauge: keyof CacheGauges][] = [
  ['memory_entries', 'Entries in memory', 'memoryEntries'],
  ['memory_bytes', 'Bytes in memory, about', 'memoryBytes'],
  ['pending_writes', 'Writes that wait for Redis', 'pendingWrites'],
  ['redis_away', 'Whether Redis is left alone (1) or asked (0)', 'isRedisAway'],
];

/**
 * Metrics of `prom-client`, registered where `registry` is:
 * `new TieredCache({ …, observer: cacheMetrics(promClient, registry) })`. One observer serves any
 * number of caches. Counts are read when metrics are scraped, so that hits cost nothing more.
 *
 * `prom-client` is handed in, so that applications without it need not install it.
 */
export function cacheMetrics(
  { Counter, Gauge, Histogram }: PromClient,
  registry: promClient.Registry,
): CacheObserver {
  const registers = [registry];
  const caches = new Set<ObservedCache>();
  const counter = (name: string, sources: typeof counters) =>
    new Counter({
      name: `cache_${name}_total`,
      help: sources[0]?.[1] ?? name,
      labelNames: sources.length > 1 ? ['cache', 'layer'] : ['cache'],
      registers,
      collect() {
        this.reset();
        for (const cache of caches) {
          const stats = cache.stats();
          for (const [, , stat, layer] of sources) {
            this.inc({ cache: cache.name, ...(layer && { layer }) }, stats[stat]);
          }
        }
      },
    });

  const gauge = (name: string, help: string, from: keyof CacheGauges) =>
    new Gauge({
      name: `cache_${name}`,
      help,
      labelNames: ['cache'],
      registers,
      collect() {
        this.reset();
        for (const cache of caches) this.set({ cache: cache.name }, Number(cache.stats()[from]));
      },
    });

  for (const [name, sources] of Map.groupBy(counters, ([name]) => name)) counter(name, sources);
  for (const [name, help, from] of gauges) gauge(name, help, from);
  const loadSeconds = new Histogram({
    name: 'cache_load_seconds',
    help: 'How long loaders took that succeeded',
    labelNames: ['cache'],
    buckets: seconds,
    registers,
  });
  return {
    attached: (cache) => void caches.add(cache),
    loaded: ({ cache, durationMs }) => loadSeconds.observe({ cache }, durationMs / 1_000),
  };
}
