import { SpanKind } from '@opentelemetry/api';

import type { CacheEvents } from '../cache-events.js';
import type { CacheStats } from '../cache-stats.js';
import type { EntryMaker } from '../entry-maker.js';
import type { Entry } from '../entry.js';
import type { LoadedOptions } from '../entry.options.js';
import { inSpan } from '../tracing.js';
import { type Loader, type LoaderContext, LoaderVerdict, type StaleValue } from './loader.js';

export interface LoaderRunRequest {
  readonly key: string;
  readonly loader: Loader<unknown>;
  readonly stale?: Entry;
}

export interface LoaderRunParts {
  readonly cache: string;
  readonly maker: EntryMaker;
  readonly stats: CacheStats;
  readonly events: CacheEvents;
  readonly signal: AbortSignal;
}

/** One call of a loader, counted and traced. */
export class LoaderRun {
  /** What the loader said of its value. */
  given: LoadedOptions = {};

  constructor(
    private readonly request: LoaderRunRequest,
    private readonly parts: LoaderRunParts,
  ) {}

  /** @throws what the loader throws. */
  async run(): Promise<unknown> {
    const { stats, events, cache } = this.parts;
    const { key, loader } = this.request;
    const startedAt = performance.now();
    const context = this.context();
    stats.loads += 1;
    try {
      const facts = { name: `load ${cache}`, kind: SpanKind.INTERNAL };
      const attributes = { 'cache.name': cache, 'cache.key': key };
      const answer = await inSpan({ ...facts, attributes }, async () => loader(context));
      events.emit('loaded', { key, durationMs: performance.now() - startedAt });
      return answer;
    } catch (error) {
      stats.loadFailures += 1;
      events.emit('loadFailed', { key, durationMs: performance.now() - startedAt, error });
      throw error;
    }
  }

  private context(): LoaderContext<unknown> {
    const { key } = this.request;
    const stale = this.staleValue();
    return {
      key,
      signal: this.parts.signal,
      stale,
      notModified: () => {
        if (stale === undefined) throw new TypeError(`notModified: ${key} has no stale value`);
        return new LoaderVerdict('not-modified');
      },
      skip: (value) => new LoaderVerdict('skip', value),
      set: (options) => {
        this.given = { ...this.given, ...options };
      },
    };
  }

  private staleValue(): StaleValue<unknown> | undefined {
    const { stale } = this.request;
    if (stale === undefined) return undefined;
    const { etag, createdAt } = stale;
    return { value: this.parts.maker.read(stale), etag, ageMs: Date.now() - createdAt };
  }
}
