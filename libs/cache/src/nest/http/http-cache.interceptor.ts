import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  Logger,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import { HttpAdapterHost, ModuleRef, Reflector } from '@nestjs/core';
import { type Observable, from, lastValueFrom } from 'rxjs';

import type { CacheScope } from '../../cache-scope.js';
import type { EntryOptions } from '../../entry.options.js';
import type { LoaderContext } from '../../loading/loader.js';
import { getCacheToken } from '../cache.tokens.js';
import { type Audience, audienceOf, userOfRequest } from './audience.js';
import { CACHE_ROUTE, type CacheRouteOptions } from './cache-route.options.js';
import { type CachedResponse, reasonNotToKeep, toBeKept } from './cached-response.js';
import { entityTagOf } from './entity-tag.js';
import { Exchange } from './exchange.js';
import { HTTP_CACHE_OPTIONS, type HttpCacheOptions } from './http-cache.options.js';
import { answer } from './response-headers.js';
import { responseKey } from './response-key.js';
import { UncacheableKeys } from './uncacheable-keys.js';

/** A request on its way through the cache. */
interface Passage {
  readonly cache: CacheScope;
  readonly key: string;
  readonly route: CacheRouteOptions;
  readonly audience: Audience;
  readonly exchange: Exchange;
  readonly next: CallHandler;
}

/** What the handler of this very request came to, when it ran. */
type Outcome = { readonly body: unknown } | { readonly refusal: HttpException };

/**
 * Answers GET and HEAD requests of routes with {@link CacheRoute} from the cache. Only complete
 * successes are kept. Never gives one user's response to another: a request with credentials goes
 * past the cache unless the route says how it varies. Says `X-Cache: HIT`, `STALE`, `MISS` or, where
 * the cache was passed by, `BYPASS`.
 */
@Injectable()
export class HttpCacheInterceptor implements NestInterceptor {
  private readonly logger = new Logger(HttpCacheInterceptor.name);
  private readonly uncacheable = new UncacheableKeys();
  private readonly told = new Set<unknown>();

  constructor(
    protected readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    private readonly host: HttpAdapterHost,
    @Optional() @Inject(HTTP_CACHE_OPTIONS) private readonly options: HttpCacheOptions = {},
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const route = this.routeOf(context);
    if (route === undefined) return next.handle();
    const exchange = new Exchange(this.host.httpAdapter, context);
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return next.handle();
    const audience = audienceOf(exchange, route, this.options?.user ?? userOfRequest);
    if (audience === undefined) {
      exchange.setResponseHeader('X-Cache', 'BYPASS');
      exchange.setResponseHeader('Cache-Control', 'private, no-store');
      return next.handle();
    }
    const path = route.key?.(context) ?? responseKey(exchange.url, route.query);
    const key = `${audience.key} ${path}`;
    if (this.uncacheable.has(key)) return this.passBy(exchange, next);
    const cache = this.modules
      .get(getCacheToken(route.injectAs), { strict: false })
      .namespace('http');
    return from(this.serve(context, { cache, key, route, audience, exchange, next }));
  }

  protected routeOf(context: ExecutionContext): CacheRouteOptions | undefined {
    if (context.getType() !== 'http') return undefined;
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<CacheRouteOptions | undefined>(CACHE_ROUTE, targets);
  }

  private async serve(context: ExecutionContext, passage: Passage): Promise<unknown> {
    const { cache, key, exchange, next } = passage;
    const run: { outcome?: Outcome } = {};
    const served = await cache.getOrSetEntry<CachedResponse | undefined>(
      key,
      async (loading) => this.load(loading, { context, passage, run }),
      entryOptionsOf(passage.route),
    );
    const { outcome } = run;
    if (outcome !== undefined && 'refusal' in outcome) throw outcome.refusal;
    if (served.value !== undefined) {
      return answer(exchange, { ...passage, served, isOwn: outcome !== undefined });
    }
    // Not to be shared. Whoever ran the handler has its own answer; all others run it themselves.
    exchange.setResponseHeader('X-Cache', 'BYPASS');
    return outcome === undefined ? lastValueFrom(next.handle()) : outcome.body;
  }

  /** Runs the handler. What must not be kept is told to this request alone, by its outcome. */
  private async load(
    loading: LoaderContext<CachedResponse | undefined>,
    {
      context,
      passage,
      run,
    }: { context: ExecutionContext; passage: Passage; run: { outcome?: Outcome } },
  ) {
    const { exchange, route, cache, key } = passage;
    try {
      const body: unknown = await lastValueFrom(passage.next.handle(), { defaultValue: undefined });
      run.outcome = { body };
      const reason = reasonNotToKeep(exchange, body);
      if (reason !== undefined) {
        this.uncacheable.add(key);
        this.tellOnce(context, reason);
        return loading.skip();
      }
      const tags =
        typeof route.tags === 'function' ? route.tags(exchange.request, body) : route.tags;
      loading.set({ etag: entityTagOf(body), ...(tags && { tags }) });
      return toBeKept(exchange, body, route.keepHeaders);
    } catch (error) {
      // A refusal is an answer, no fault: grace must not hide that a thing is gone or forbidden.
      if (!(error instanceof HttpException) || error.getStatus() >= 500) throw error;
      run.outcome = { refusal: error };
      if (loading.stale !== undefined) await cache.delete(key);
      return loading.skip();
    }
  }

  private passBy(exchange: Exchange, next: CallHandler): Observable<unknown> {
    exchange.setResponseHeader('X-Cache', 'BYPASS');
    return next.handle();
  }

  private tellOnce(context: ExecutionContext, reason: string): void {
    const handler = context.getHandler();
    if (this.told.has(handler)) return;
    this.told.add(handler);
    this.logger.warn(
      `${context.getClass().name}.${handler.name}: a response was not cached, for ${reason}`,
    );
  }
}

/** What concerns the entry alone. */
function entryOptionsOf(route: CacheRouteOptions): EntryOptions {
  return {
    ttlMs: route.ttlMs,
    memoryTtlMs: route.memoryTtlMs,
    graceMs: route.graceMs,
    graceBackoffMs: route.graceBackoffMs,
    softTimeoutMs: route.softTimeoutMs,
    hardTimeoutMs: route.hardTimeoutMs,
    earlyRefresh: route.earlyRefresh,
    jitter: route.jitter,
    negativeTtlMs: route.negativeTtlMs,
    waitTimeoutMs: route.waitTimeoutMs,
    leaseMs: route.leaseMs,
  };
}
