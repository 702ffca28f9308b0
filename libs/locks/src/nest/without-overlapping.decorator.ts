import { LockManager } from '../lock-manager.js';
import { type GuardedPlace, guardMethod, nameOf } from './guarded-method.js';
import { underLease } from './lease-context.js';

/** How runs are kept apart. */
export interface WithoutOverlappingOptions {
  /** Runs with the same name do not overlap. Default: class and method, `ReportsService.build`. */
  readonly name?: string;
  /** After how long another may run when the process died, in milliseconds; 10,000 by default. */
  readonly ttlMs?: number;
  /**
   * For how long after its beginning a run keeps others from running, in milliseconds, also when it
   * was done before: longer than the clocks of replicas differ, shorter than the pause between two
   * runs. 0 by default.
   */
  readonly atLeastMs?: number;
}

/**
 * Skips a run of a method while another run is under way, in whatever process: for jobs that a timer
 * of each replica starts. A run that is skipped gives undefined.
 *
 * @example
 * \@Cron('0 3 * * *')
 * \@WithoutOverlapping({ atLeastMs: 60_000 })
 * async refreshStatistics(): Promise<void> { … }
 */
export function WithoutOverlapping({ name, ttlMs, atLeastMs = 0 }: WithoutOverlappingOptions = {}) {
  return <Method extends (...args: never[]) => Promise<unknown>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    const place: GuardedPlace = { target, key, descriptor };
    const resource = `run:${name ?? nameOf(place)}`;
    guardMethod(place, LockManager, async ({ service, proceed }) => {
      const lease = await service.tryAcquire(resource, { ttlMs });
      if (lease === undefined) return undefined;
      const startedAt = performance.now();
      try {
        return await underLease(lease, proceed);
      } finally {
        const afterMs = atLeastMs - (performance.now() - startedAt);
        // Should Redis be away, the lease ends by itself.
        await lease.release({ afterMs }).catch(() => undefined);
      }
    });
  };
}
