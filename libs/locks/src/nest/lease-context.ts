import { AsyncLocalStorage } from 'node:async_hooks';

import type { Lease } from '../lease.js';

const leases = new AsyncLocalStorage<Lease>();

/**
 * The lease under which a method runs that one of this library's decorators guards: for its `signal`
 * and its `fencingToken`. Undefined outside of one. Of several, the innermost.
 */
export function currentLease(): Lease | undefined {
  return leases.getStore();
}

/** Does a work in which {@link currentLease} gives that lease. */
export async function underLease<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
  return leases.run(lease, work);
}
