import type { ExecutionContext } from '@nestjs/common';

import type { EntryOptions } from '../../entry.options.js';

/** How a route's responses are cached. Times are in milliseconds. */
export interface CacheRouteOptions<Request = unknown> extends Omit<EntryOptions, 'tags'> {
  /**
   * What tells one response from another beside path and query: names of request headers, and `user`
   * for who asks, as the module's `user` option knows it. Default none.
   */
  vary?: readonly string[] | string;
  /**
   * True: the response is the same for everybody, so that credentials do not matter. Without it and
   * without `vary: 'user'`, a request with credentials is neither answered from the cache nor kept.
   */
  public?: boolean;
  /** What invalidates the response. Default none. */
  tags?: readonly string[] | ((request: Request, body: unknown) => readonly string[]);
  /**
   * The query parameters that matter; others are ignored, so that they cannot fill the cache.
   * Default: all, in any order.
   */
  query?: readonly string[];
  /** Response headers that the handler sets and that belong to what is cached. Default none. */
  keepHeaders?: readonly string[];
  /**
   * For how long browsers and proxies may use the response without asking. What they hold cannot be
   * invalidated. Default 0: they ask, and get a 304 while it is the same.
   */
  maxAgeMs?: number;
  /** In place of path and query; whatever `vary` asks for is added to it. */
  key?: (context: ExecutionContext) => string;
  /** The cache of this `injectAs`. Default: the one without. */
  injectAs?: string;
}

export const CACHE_ROUTE = Symbol('CACHE_ROUTE');
