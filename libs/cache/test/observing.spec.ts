import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import * as promClient from 'prom-client';

import { TieredCache, cacheMetrics } from '../src/index.js';

describe('observing a cache', () => {
  let caches: TieredCache[];
  const open = (observer = {}, memory = {}) => {
    const cache = new TieredCache({ name: 'observed', observer, memory });
    caches.push(cache);
    return cache;
  };

  beforeEach(() => {
    caches = [];
  });

  afterEach(async () => {
    trace.disable();
    context.disable();
    await Promise.all(caches.map(async (cache) => cache.close()));
  });

  it('should count in metrics what happens', async () => {
    const registry = new promClient.Registry();
    const cache = open(cacheMetrics(promClient, registry));
    await cache.getOrSet('a', () => 1);
    await cache.getOrSet('a', () => 1);
    await cache.get('b');
    const text = await registry.metrics();
    expect(text).toContain('cache_hits_total{cache="observed",layer="memory"} 1');
    expect(text).toContain('cache_misses_total{cache="observed"} 2');
    expect(text).toContain('cache_loads_total{cache="observed"} 1');
    expect(text).toContain('cache_load_seconds_count{cache="observed"} 1');
    expect(text).toContain('cache_memory_entries{cache="observed"} 1');
    expect(text).toContain('cache_redis_away{cache="observed"} 0');
    expect(await registry.metrics()).toContain('cache_loads_total{cache="observed"} 1');
  });

  it('should count stale values, callers that joined a load, and what had to make room', async () => {
    const registry = new promClient.Registry();
    const cache = open(cacheMetrics(promClient, registry), { maxEntries: 2 });
    const counted = async (name: string) => {
      const metrics = await registry.getMetricsAsJSON();
      const { values } = metrics.find((metric) => metric.name === `cache_${name}_total`) ?? {};
      return values?.[0]?.value;
    };
    await Promise.all([1, 2, 3].map(async () => cache.getOrSet('a', () => 1, { graceMs: 60_000 })));
    expect(await counted('coalesced')).toBe(2);
    await cache.expire('a');
    expect(await counted('stale')).toBe(0);
    expect(await cache.get('a', { allowStale: true })).toBe(1);
    expect(await counted('stale')).toBe(1);
    await cache.set('b', 1);
    expect(await counted('evictions')).toBe(0);
    await cache.set('c', 1);
    expect(await counted('evictions')).toBe(1);
    const fails = () => {
      throw new Error('away');
    };
    await expect(cache.getOrSet('d', fails)).rejects.toThrow('away');
    expect([await counted('load_failures'), await counted('loads')]).toEqual([1, 2]);
  });

  it('should tell listeners what happens, and bear it when one throws', async () => {
    const cache = open();
    const told: string[] = [];
    cache.on('hit', () => {
      throw new Error('a listener of somebody else');
    });
    const stop = cache.on('hit', ({ key, layer }) => told.push(`hit ${key} ${layer}`));
    cache.on('miss', ({ key }) => told.push(`miss ${key}`));
    cache.on('loadFailed', ({ error }) => told.push(String(error)));
    await cache.set('a', 1);
    await cache.get('a');
    stop();
    expect(await cache.get('a')).toBe(1);
    const fails = () => {
      throw new Error('away');
    };
    await expect(cache.getOrSet('b', fails)).rejects.toThrow('away');
    expect(told).toEqual(['hit a memory', 'miss b', 'Error: away']);
  });

  it('should trace loaders as children of what asked, and failed ones as failed', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(provider);
    const cache = open();
    const tracer = trace.getTracer('test');
    await tracer.startActiveSpan('request', async (span) => {
      await cache.getOrSet('a', () => 1);
      await cache.getOrSet('a', () => 1);
      const fails = () => {
        throw new TypeError('away');
      };
      await expect(cache.getOrSet('b', fails)).rejects.toThrow('away');
      span.end();
    });
    const [first, second, request, ...more] = exporter.getFinishedSpans();
    expect(more).toEqual([]);
    expect([first?.name, second?.name]).toEqual(['load observed', 'load observed']);
    expect(first?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(first?.attributes).toEqual({ 'cache.name': 'observed', 'cache.key': 'a' });
    expect(second?.attributes['error.type']).toBe('TypeError');
  });
});
