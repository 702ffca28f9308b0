import { LockManager } from '../lock-manager.js';
import type { LockOptions } from '../locks.options.js';
import { guardMethod } from './guarded-method.js';
import { underLease } from './lease-context.js';
import { type ResourceOf, resourceTemplate } from './resource-template.js';

/**
 * Lets a method of a provider run under a lock; see {@link LockManager.withLock}.
 *
 * @param resource a name with arguments in braces, `post:{id}`, `post:{post.id}` or by position
 *   `post:{0.id}`; or a function of the arguments, which survives code that renames them.
 * @throws {TypeError} at the decorator, when a name is no argument of the method.
 *
 * @example
 * \@WithLock('post:{id}', { waitMs: 2_000 })
 * async publish(id: string): Promise<void> {
 *   await this.posts.publish(id, currentLease()?.fencingToken);
 * }
 */
export function WithLock<Args extends readonly unknown[] = never[]>(
  resource: string | ((...args: Args) => string),
  options: LockOptions = {},
) {
  return <Method extends (...args: Args) => Promise<unknown>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const resourceOf: ResourceOf =
      typeof resource === 'string'
        ? resourceTemplate(resource, descriptor.value as (...args: never[]) => unknown)
        : (args) => resource(...(args as unknown as Args));
    guardMethod({ target, key, descriptor }, LockManager, async ({ service, args, proceed }) =>
      service.withLock(resourceOf(args), options, async (lease) => underLease(lease, proceed)),
    );
  };
}
