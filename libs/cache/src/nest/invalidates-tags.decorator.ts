import { type AsyncMethod, wrapMethod } from './wrapped-method.js';

/** What a method makes invalid. */
export interface InvalidatesTagsOptions {
  /** True: what has one of the tags may still be served as stale, in its grace. Default false. */
  soft?: boolean;
  /** The cache of this `injectAs`. Default: the one without. */
  injectAs?: string;
}

/**
 * Invalidates tags in all replicas after a method of a provider, or a route, succeeded, and before
 * its caller gets the result. A method that fails invalidates nothing.
 *
 * @example
 * \@InvalidatesTags((post: Post) => [`post:${post.id}`])        // from what the method gives
 * async publish(id: string): Promise<Post> { … }
 *
 * @param tags the tags, or what makes them of the method's result and its arguments
 */
export function InvalidatesTags<Result, const Args extends readonly unknown[]>(
  tags: readonly string[] | ((result: Result, ...args: Args) => readonly string[]),
  { soft = false, injectAs }: InvalidatesTagsOptions = {},
) {
  return <Rest extends readonly unknown[]>(
    target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<AsyncMethod<readonly [...Args, ...Rest], Result>>,
  ): void => {
    wrapMethod(target, descriptor, {
      injectAs,
      around: async ({ cache, args, proceed }) => {
        const result = await proceed();
        const invalid =
          typeof tags === 'function' ? tags(result, ...(args as readonly unknown[] as Args)) : tags;
        await (soft ? cache.expireByTag(...invalid) : cache.deleteByTag(...invalid));
        return result;
      },
    });
  };
}
