import { SetMetadata, UseInterceptors, applyDecorators } from '@nestjs/common';

import { CACHE_ROUTE, type CacheRouteOptions } from './cache-route.options.js';
import { HttpCacheInterceptor } from './http-cache.interceptor.js';

/**
 * Caches what a GET route gives, by {@link HttpCacheInterceptor}. Guards run before it, on each
 * request; pipes and the handler when nothing is cached.
 *
 * @example
 * \@Get(':id')
 * \@CacheRoute({ ttlMs: 60_000, tags: (request) => [`post:${request.params.id}`] })
 */
export function CacheRoute<Request = unknown>(
  options: CacheRouteOptions<Request> = {},
): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(CACHE_ROUTE, options), UseInterceptors(HttpCacheInterceptor));
}
