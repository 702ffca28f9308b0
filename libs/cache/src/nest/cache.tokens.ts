import { Inject, type InjectionToken } from '@nestjs/common';

import { TieredCache } from '../tiered-cache.js';

/** What injects the cache that was given an `injectAs`; without one, the class. */
export function getCacheToken(injectAs?: string): InjectionToken<TieredCache> {
  return injectAs === undefined ? TieredCache : `TieredCache:${injectAs}`;
}

/** Injects the cache that was given an `injectAs`. The one without is injected by its class. */
export function InjectCache(injectAs?: string): ReturnType<typeof Inject> {
  return Inject(getCacheToken(injectAs));
}
