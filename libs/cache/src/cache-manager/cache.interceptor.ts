import { type ExecutionContext, Injectable } from '@nestjs/common';

import type { CacheRouteOptions } from '../nest/http/cache-route.options.js';
import { HttpCacheInterceptor } from '../nest/http/http-cache.interceptor.js';

/** What `@CacheKey()` and `@CacheTTL()` of `@nestjs/cache-manager` leave at a handler. */
const CACHE_KEY_METADATA = 'cache_module:cache_key';
const CACHE_TTL_METADATA = 'cache_module:cache_ttl';

type Told<Value> = Value | ((context: ExecutionContext) => Value) | undefined;

/**
 * In place of the `CacheInterceptor` of `@nestjs/cache-manager`: caches every GET route that it is
 * put on, and understands `@CacheKey()` and `@CacheTTL()`. Other than that one it gives no user
 * another's response, and a key holds for the caller's credentials. It uses the cache that
 * `CacheModule` of this library provides.
 */
@Injectable()
export class CacheInterceptor extends HttpCacheInterceptor {
  protected override routeOf(context: ExecutionContext): CacheRouteOptions | undefined {
    if (context.getType() !== 'http') return undefined;
    const targets = [context.getHandler(), context.getClass()];
    const ttl = this.reflector.getAllAndOverride<Told<number>>(CACHE_TTL_METADATA, targets);
    const key = this.reflector.get<Told<string>>(CACHE_KEY_METADATA, context.getHandler());
    const ttlMs = typeof ttl === 'function' ? ttl(context) : ttl;
    return {
      ...super.routeOf(context),
      ...(ttlMs !== undefined && ttlMs > 0 && { ttlMs }),
      ...(key !== undefined && { key: () => (typeof key === 'function' ? key(context) : key) }),
    };
  }
}
