import type { IdentifyUser } from './audience.js';

/** What holds for all cached routes of an application. */
export interface HttpCacheOptions {
  /** For `vary: 'user'`. Default: `request.user.id`, else `request.user.sub`. */
  user?: IdentifyUser;
}

/** Provides {@link HttpCacheOptions}, where the defaults will not do. */
export const HTTP_CACHE_OPTIONS = Symbol('HTTP_CACHE_OPTIONS');
