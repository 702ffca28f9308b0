import type { CacheKey } from '../cache-key.js';
import type { EntryOptions } from '../entry.options.js';
import { type AsyncMethod, wrapMethod } from './wrapped-method.js';

/** How a method's results are cached. Times are in milliseconds. */
export interface CachedOptions<Args extends readonly unknown[]> extends Omit<EntryOptions, 'tags'> {
  /**
   * What tells one result from another, from the method's arguments. Whatever the result depends on
   * must be in it: a result that depends on who asks needs the caller's id.
   */
  key: (...args: Args) => string | CacheKey<unknown>;
  /** What invalidates the result, beside its key. Default none. */
  tags?: readonly string[] | ((...args: Args) => readonly string[]);
  /** The cache of this `injectAs`. Default: the one without. */
  injectAs?: string;
}

/**
 * Caches what a provider's method gives, by {@link TieredCache.getOrSet}: one caller in the fleet
 * runs the method, the others get its result. Annotate the key's parameters: the compiler then
 * holds them against the method's.
 *
 * @example
 * \@Cached({ key: (id: string) => `account:${id}`, ttlMs: 60_000, tags: (id: string) => [`account:${id}`] })
 * async find(id: string): Promise<Account> { … }
 */
export function Cached<const Args extends readonly unknown[]>(options: CachedOptions<Args>) {
  const { key, tags, injectAs, ...entry } = options;
  return <Result>(
    target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<AsyncMethod<Args, Result>>,
  ): void => {
    wrapMethod(target, descriptor, {
      injectAs,
      around: ({ cache, args, proceed }) =>
        cache.getOrSet<Result>(key(...args) as CacheKey<Result>, proceed, {
          ...entry,
          ...(tags && { tags: typeof tags === 'function' ? tags(...args) : tags }),
        }),
    });
  };
}
